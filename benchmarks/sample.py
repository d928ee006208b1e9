"""Put the tables of a run into the README as its sample, and what it found that the stacks can do.

make sample RUN=results/latest
"""

import sys
from pathlib import Path

from lab.saved_runs.folder import read
from lab.tell.run.markdown import abilities, answers
from lab.tell.run.readme import replace_table

README = Path(__file__).parent.parent / "README.md"

if __name__ == "__main__":
    run = read(Path(sys.argv[1]))
    text = replace_table(README.read_text(), "sample", answers(run))
    README.write_text(replace_table(text, "capabilities", abilities(run)) if run.capabilities else text)
