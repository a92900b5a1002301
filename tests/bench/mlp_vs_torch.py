#!/usr/bin/env python3
"""Mini-batch training of a multi-layer perceptron on two cores: the trainer against PyTorch, rows a second.

Problem: 784-256-10, relu, cross-entropy, float32, plain SGD with a global batch of 256, on MNIST (--data DIR with its
four IDX files, plain or gzip) or on made images of the same shape and density.

Contenders, each as ranks x threads: 1 x 1, 1 x 2 and 2 x 1 of the trainer (mpirun, ranks bound to cores) and of
PyTorch (2 x 1: DistributedDataParallel over gloo, processes bound to cores). They take turns, --repeats times.

What PyTorch runs is its fastest fair loop: all rows in memory as one float32 tensor, a new permutation each epoch, one
index_select a batch, no DataLoader. Under 2 x 1 each process holds half of the rows and takes half of each batch.
Only whole epochs of the training loop are timed, without the first (warm-up); the trainer's from the differences of
`seconds` in metrics.jsonl. The loss column is the mean loss that the batches of the last epoch saw.
"""
import argparse
import gzip
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
SIDE, HIDDEN, CLASSES, BATCH = 28, 256, 10, 256
LAYOUTS = ((1, 1), (1, 2), (2, 1))


def idx_file(folder, name):
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def read_idx(path):
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    dimensions = data[3]
    shape = np.frombuffer(data, ">i4", dimensions, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def make_images(folder, rows=60_000, density=0.19, seed=1):
    """Noisy copies of ten random patterns, as IDX files; about as many pixels are not zero as in MNIST."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, CLASSES, rows).astype(np.uint8)
    patterns = generator.random((CLASSES, SIDE * SIDE))
    pixels = generator.integers(1, 256, (rows, SIDE * SIDE), dtype=np.uint8)
    shown = patterns[labels] + generator.normal(0, 0.5, pixels.shape)
    pixels[shown < np.quantile(shown[:1000], 1 - density)] = 0
    folder.mkdir(parents=True, exist_ok=True)
    for name, values, shape in ((LABELS, labels, (rows,)), (IMAGES, pixels, (rows, SIDE, SIDE))):
        head = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
        (folder / name).write_bytes(head + values.tobytes())


def environment(threads):
    """The same for both sides but for what only one of them reads."""
    result = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    if os.geteuid() == 0:
        result.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    return result


def ended_well(process, command):
    output, errors = process.communicate()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{output}{errors}")
    return output


def start(command, env):
    return subprocess.Popen(list(map(str, command)), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def run_trainer(options, ranks, threads):
    """Seconds of each epoch but the first, and the last epoch's loss."""
    folder = options.work / "run"
    shutil.rmtree(folder, ignore_errors=True)
    launcher = ["mpirun", "-n", ranks, "--bind-to", "core"] if ranks > 1 else []
    command = [*launcher, options.trainer, "train", "--data", idx_file(options.data, IMAGES),
               "--labels", idx_file(options.data, LABELS), "--format", "idx", "--model", "mlp",
               "--hidden", HIDDEN, "--activation", "relu", "--optimizer", "sgd", "--batch-size", BATCH,
               "--learning-rate", options.learning_rate, "--epochs", 1 + options.epochs, "--threads", threads,
               "--progress", "none", "--run", folder]
    ended_well(start(command, environment(threads)), command)
    records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    seconds = np.diff([record["seconds"] for record in records])
    return {"seconds": seconds.tolist(), "loss": records[-1]["objective"]}


def run_torch(options, ranks, threads):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cores = sorted(os.sched_getaffinity(0))
    jobs = []
    for rank in range(ranks):
        env = dict(environment(threads), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), RANK=str(rank),
                   WORLD_SIZE=str(ranks), GLOO_SOCKET_IFNAME="lo")
        core = ["--core", cores[rank % len(cores)]] if ranks > 1 else []
        command = [sys.executable, __file__, "--torch-worker", "--data", options.data, "--epochs", options.epochs,
                   "--learning-rate", options.learning_rate, *core]
        jobs.append((start(command, env), command))
    return json.loads([ended_well(*job) for job in jobs][0].splitlines()[-1])


def torch_worker(options):
    """Body of one PyTorch process; rank 0 prints the result."""
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    import torch
    from torch import distributed, nn

    rank, ranks = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(rank)
    images = read_idx(idx_file(options.data, IMAGES))
    labels = read_idx(idx_file(options.data, LABELS))
    mine = slice(rank * len(labels) // ranks, (rank + 1) * len(labels) // ranks)
    x = torch.from_numpy(images[mine].reshape(-1, SIDE * SIDE).astype(np.float32) / 255)
    y = torch.from_numpy(labels[mine].astype(np.int64))
    model = nn.Sequential(nn.Linear(SIDE * SIDE, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES))
    if ranks > 1:
        distributed.init_process_group("gloo")
        model = nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=options.learning_rate)
    criterion = nn.CrossEntropyLoss()
    batch, seconds = BATCH // ranks, []
    for _ in range(1 + options.epochs):
        if ranks > 1:
            distributed.barrier()
        begin = time.perf_counter()
        order, loss_sum = torch.randperm(len(y)), torch.zeros(())
        for rows in order.split(batch):
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(x.index_select(0, rows)), y.index_select(0, rows))
            loss.backward()
            optimizer.step()
            loss_sum += loss.detach() * len(rows)
        if ranks > 1:
            distributed.barrier()
        seconds.append(time.perf_counter() - begin)
    if rank == 0:
        print(json.dumps({"seconds": seconds[1:], "loss": float(loss_sum) / len(y)}))
    if ranks > 1:
        distributed.destroy_process_group()


def describe_torch():
    """Version, BLAS and vector instructions of PyTorch, and the library that its BLAS calls end in."""
    code = ("import torch\nfrom threadpoolctl import threadpool_info\nx = torch.ones(64, 64)\nx @ x\n"
            "show = torch.__config__.show()\n"
            "print('PyTorch', torch.__version__, *[p.strip(' -\\n') for p in show.replace('Build settings:', '\\n')"
            ".replace(',', '\\n').splitlines() if 'BLAS_INFO' in p or 'CPU capability' in p or 'MKL-DNN' in p],"
            " sep='; ')\n"
            "print('its libraries: ' + '; '.join([f\"{i['internal_api']} {i['version']} {i.get('architecture', '')}\".strip()"
            " for i in threadpool_info()]))")
    command = [sys.executable, "-c", code]
    return ended_well(start(command, environment(1)), command).strip()


def compare(options):
    labels = read_idx(idx_file(options.data, LABELS))
    print(f"MLP {SIDE * SIDE}-{HIDDEN}-{CLASSES}, {len(labels)} rows from {options.data.name}, batch {BATCH}, "
          f"learning rate {options.learning_rate:g}")
    print(describe_torch())
    chosen = {key: os.environ[key] for key in sorted(os.environ) if key.startswith("OPENBLAS_")}
    print(f"environment of both: {chosen or 'no OPENBLAS_ variables'}\n", flush=True)
    runs = {(name, layout): [] for layout in LAYOUTS for name in ("trainer", "PyTorch")}
    for _ in range(options.repeats):
        for (name, layout), results in runs.items():
            results.append((run_trainer if name == "trainer" else run_torch)(options, *layout))

    best = {"trainer": 0.0, "PyTorch": 0.0}
    print(f"{'':<10} {'ranks x threads':>15} {'rows/s':>10} {'slowest':>10} {'fastest':>10}  loss")
    for (name, (ranks, threads)), results in runs.items():
        rates = [len(labels) / second for result in results for second in result["seconds"]]
        median = statistics.median(rates)
        best[name] = max(best[name], median)
        print(f"{name:<10} {ranks:>11} x {threads} {median:10.0f} {min(rates):10.0f} {max(rates):10.0f}  "
              f"{results[-1]['loss']:.4f}")
    print(f"\nbest of the trainer over best of PyTorch: {best['trainer'] / best['PyTorch']:.2f} x "
          f"(medians of {options.repeats} x {options.epochs} epochs)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainer", type=pathlib.Path, default=ROOT / "build/release/bin/trainer")
    parser.add_argument("--data", type=pathlib.Path, help="folder of MNIST's IDX files; default: made images")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/bench-data")
    parser.add_argument("--epochs", type=int, default=3, help="timed epochs of a run")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--torch-worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--core", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.torch_worker:
        torch_worker(options)
        return
    if not options.trainer.is_file():
        parser.error(f"{options.trainer} does not exist; build it with scripts/bench.sh")
    if options.data is None:
        options.data = options.work / "made-images"
        if idx_file(options.data, IMAGES) is None:
            make_images(options.data)
    elif None in (idx_file(options.data, IMAGES), idx_file(options.data, LABELS)):
        parser.error(f"{options.data} does not hold {IMAGES} and {LABELS}, plain or .gz")
    options.work.mkdir(parents=True, exist_ok=True)
    options.data, options.trainer = options.data.resolve(), options.trainer.resolve()
    compare(options)


if __name__ == "__main__":
    main()
