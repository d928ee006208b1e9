"""Put the tables of a run into the README as its sample.

make sample RUN=results/latest
"""

import sys
from pathlib import Path

from lab.run import read
from lab.tell.markdown import answers
from lab.tell.readme import placed

README = Path(__file__).parent.parent / "README.md"

if __name__ == "__main__":
    README.write_text(placed(README.read_text(), "sample", answers(read(Path(sys.argv[1])))))
