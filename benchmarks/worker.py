"""One measurement in a process of its own: `python -m benchmarks.worker '["call", "zaius", 50000]'`."""

import json
import sys
import warnings

from . import measure, shape_calls

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    name, *arguments = json.loads(sys.argv[1])
    print("\n" + json.dumps({**vars(measure), **vars(shape_calls)}[name](*arguments)), flush=True)
