/**
 * Draws the application's icons: resources/icons/*.svg → out/icons/{<size>x<size>.png, icon.ico, icon.icns}.
 * Small sizes have a drawing of their own, whose edges lie on whole pixels. macOS expects a margin around the shape.
 * Does nothing when the drawings are those of the last time.
 */
import { IconIcns, IconIco } from '@shockpkg/icon-encoder';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const target = new URL('../out/icons/', import.meta.url);
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const icoSizes = [16, 24, 32, 48, 64, 256];
/** Apple's names of the sizes, and their pixels. */
const icnsTypes = { ic04: 16, ic11: 32, ic05: 32, ic12: 64, ic07: 128, ic13: 256, ic08: 256, ic14: 512, ic09: 512, ic10: 1024 };
/** Side of the shape in Apple's grid of 1024. */
const appleShape = 824 / 1024;
/** Up to here the small drawing is used. */
const small = 32;

const drawings = {
  small: { svg: readFileSync(new URL('../resources/icons/icon-small.svg', import.meta.url)), side: 16 },
  large: { svg: readFileSync(new URL('../resources/icons/icon.svg', import.meta.url)), side: 512 },
};

/** @param size in pixels. */
function draw(size) {
  const { svg, side } = size <= small ? drawings.small : drawings.large;
  return sharp(svg, { density: (72 * size) / side })
    .resize(size, size)
    .png()
    .toBuffer();
}

async function drawForApple(size) {
  const shape = Math.round(size * appleShape);
  const margin = Math.floor((size - shape) / 2);
  const rest = size - shape - margin;
  const image = sharp(await draw(shape)).extend({ top: margin, left: margin, bottom: rest, right: rest, background: '#0000' });
  return image.png().toBuffer();
}

export default async function buildIcons() {
  const source = readFileSync(fileURLToPath(import.meta.url));
  const hash = createHash('sha256').update(source).update(drawings.small.svg).update(drawings.large.svg).digest('hex');
  const stamp = new URL('sources.sha256', target);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  mkdirSync(target, { recursive: true });
  for (const size of sizes) writeFileSync(new URL(`${size}x${size}.png`, target), await draw(size));
  const ico = new IconIco();
  for (const size of icoSizes) await ico.addFromPng(await draw(size), size === 256, false);
  writeFileSync(new URL('icon.ico', target), ico.encode());
  const icns = new IconIcns();
  for (const [type, size] of Object.entries(icnsTypes)) await icns.addFromPng(await drawForApple(size), [type], false);
  writeFileSync(new URL('icon.icns', target), icns.encode());
  writeFileSync(stamp, hash);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildIcons();
