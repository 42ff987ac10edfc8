#!/bin/sh
# The benchmark of Capscope on this machine's graphics card. Needs nothing but the driver; with a Python that has PyTorch
# with CUDA (python3, or $PYTHON), numpy and safetensors, PyTorch takes part. Options: ./run.sh --help
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export PATH="${PATH:-/usr/local/bin:/usr/bin:/bin}"
node=$here/node
if [ ! -x "$node" ]; then
  [ -w "$here" ] || node=$(mktemp)
  if command -v xz >/dev/null; then
    xz -dc "$here/node.xz" >"$node.new"
  else
    python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), open(sys.argv[2], "wb"))' "$here/node.xz" "$node.new"
  fi
  chmod +x "$node.new"
  mv "$node.new" "$node"
fi
# Behind what the system has of its own.
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/vulkan"
export CAPSCOPE_KERNELS="$here/kernels"
# A driver installed without its entry for Vulkan gets one.
if [ -z "${VK_ICD_FILENAMES:-}${VK_DRIVER_FILES:-}" ] && ! ls /usr/share/vulkan/icd.d/*nvidia* /etc/vulkan/icd.d/*nvidia* >/dev/null 2>&1; then
  export VK_ICD_FILENAMES="$here/vulkan/nvidia_icd.json"
fi
exec "$node" "$here/gpu.mjs" --engines webgpu,wasm "$@"
