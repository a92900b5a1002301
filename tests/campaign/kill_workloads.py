"""What kill_resume.py trains: one workload an optimizer, of a second or less, with many checkpoints."""
import collections
import pathlib

DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "data"

# interval: between checkpoints, in steps (iterations of a full-batch optimizer)
Workload = collections.namedtuple("Workload", "data interval options")

WORKLOADS = {
    "gd": Workload("breast_cancer.csv", 1, "--model logistic --l2 1e-3 --max-iterations 250"),
    "lbfgs": Workload("digits.csv", 1, "--model softmax --l2 1e-5 --max-iterations 120"),
    "newton": Workload("digits.csv", 1, "--model softmax --l2 1e-6"),
    "newton-cg": Workload("iris.csv", 1, "--model mlp --hidden 8 --l2 1e-4 --max-iterations 100"),
    "sgd": Workload("digits.csv", 20, "--model softmax --l2 1e-3 --momentum 0.9 --epochs 150"),
    "adam": Workload("digits.csv", 20, "--model mlp --hidden 48 --lanes 8 --epochs 100"),
    "adamw": Workload("digits.csv", 20, "--model mlp --hidden 48 --lanes 8 --weight-decay 0.01 --epochs 100"),
    "perceptron": Workload("breast_cancer.csv", 50, "--model perceptron --epochs 20"),
}


def train_options(optimizer):
    """The options of `trainer train` but those of a launch; data by name."""
    workload = WORKLOADS[optimizer]
    return ["--data", workload.data, "--optimizer", optimizer, *workload.options.split(),
            "--checkpoint-every", f"{workload.interval}i", "--progress", "none"]
