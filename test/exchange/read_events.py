"""Reads folders of event files with TensorBoard's own reader and prints what is in them."""

import json
import logging
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tb_logging


class Strict(logging.Handler):
    def emit(self, record):
        raise AssertionError(record.getMessage())


tb_logging.get_logger().addHandler(Strict(logging.WARNING))

found = {}
for folder in sys.argv[1:]:
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0, "histograms": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    content = events.summary_metadata
    hparams = {}
    for tag, metadata in content.items():
        if metadata.plugin_data.plugin_name == "hparams":
            data = plugin_data_pb2.HParamsPluginData.FromString(metadata.plugin_data.content)
            which = data.WhichOneof("data")
            if which == "session_start_info":
                hparams["start"] = {k: getattr(v, v.WhichOneof("kind")) for k, v in data.session_start_info.hparams.items()}
            elif which == "session_end_info":
                hparams["status"] = data.session_end_info.status
            else:
                hparams["metrics"] = [info.name.tag for info in data.experiment.metric_infos]
                hparams["names"] = sorted(info.name for info in data.experiment.hparam_infos)
    found[folder] = {
        "scalars": {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]},
        "histograms": {
            tag: [[event.step, event.histogram_value.num, event.histogram_value.min, event.histogram_value.max,
                   sum(event.histogram_value.bucket)] for event in events.Histograms(tag)]
            for tag in tags["histograms"]
        },
        "images": {tag: [[event.step, event.width, event.height] for event in events.Images(tag)] for tag in tags["images"]},
        "labels": {tag: metadata.display_name for tag, metadata in content.items() if metadata.display_name},
        "hparams": hparams,
    }
print(json.dumps(found))
