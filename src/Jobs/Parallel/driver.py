"""Runs init() and run(mini_batch) of an entry script over the mini-batches of an input, in several processes.

Standard library alone; pandas where the input is a table. What is done is kept in the state folder, so that a driver that
is started again there goes on with the rest.
"""
import importlib.util
import inspect
import io
import json
import logging
import multiprocessing
import multiprocessing.connection
import os
import sys
import time
import traceback
import urllib.request


class Refusal(Exception):
    """Ends the step with its message."""


class MiniBatchContext:
    def __init__(self, index, keys, dataset):
        self.minibatch_index = index
        self.partition_key_value = keys
        self.dataset_name = dataset


# -- mini-batches ------------------------------------------------------------------------------------------------------

def size_of(text):
    text = str(text).strip().lower()
    for unit, factor in (("kb", 1 << 10), ("mb", 1 << 20), ("gb", 1 << 30)):
        if text.endswith(unit):
            return max(1, int(float(text[:-2]) * factor)), True
    try:
        return max(1, int(float(text))), False
    except ValueError:
        raise Refusal(f"mini_batch_size is '{text}'; give a number of files, or a size such as 10kb or 1mb.")


def files_below(path):
    if os.path.isfile(path):
        return [path]
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)


def files_of(spec):
    root, table = spec["input"], spec.get("table")
    if table is None:
        return [file for file in files_below(root) if os.path.basename(file) != "MLTable"]
    import glob
    found = []
    for part in table["paths"]:
        written = next(iter(part.values()))
        path = os.path.normpath(os.path.join(root, written))
        if os.path.isabs(written) or "://" in written or not (path + os.sep).startswith(os.path.join(root, "")):
            raise Refusal(f"The MLTable names '{written}', which lies outside of it; only files that come with it are read.")
        found += sorted(glob.glob(path, recursive=True)) if "pattern" in part else files_below(path)
    return [file for file in found if os.path.isfile(file) and os.path.basename(file) != "MLTable"]


def readings_of(table):
    steps = [step if isinstance(step, dict) else {step: {}} for step in (table or {}).get("transformations", [])]
    return [(name, value) for step in steps for name, value in step.items()]


def read_table(spec, files):
    try:
        import pandas
    except ImportError:
        raise Refusal("The input is a table, and a mini-batch of it a pandas DataFrame; the environment has no pandas.")
    encodings = {"utf8": "utf-8", "utf8bom": "utf-8-sig", "iso88591": "latin-1", "windows1252": "cp1252"}
    frame = None
    for name, value in readings_of(spec["table"]):
        value = value if isinstance(value, (dict, list, str, int)) and not isinstance(value, bool) else {}
        if name == "read_delimited":
            options = {"sep": value.get("delimiter", ","), "encoding": encodings.get(value.get("encoding", "utf8"), value.get("encoding"))}
            if value.get("header") == "no_header":
                options["header"] = None
            parts = [pandas.read_csv(file, **options) for file in files]
            frame = pandas.concat(parts, ignore_index=True) if parts else pandas.DataFrame()
        elif name == "read_parquet":
            frame = pandas.concat([pandas.read_parquet(file) for file in files], ignore_index=True)
        elif name == "read_json_lines":
            frame = pandas.concat([pandas.read_json(file, lines=True) for file in files], ignore_index=True)
        elif name == "keep_columns":
            frame = frame[value if isinstance(value, list) else [value]]
        elif name == "drop_columns":
            frame = frame.drop(columns=value if isinstance(value, list) else [value])
        elif name == "take":
            frame = frame.head(int(value))
        elif name == "skip":
            frame = frame.iloc[int(value):]
        elif name == "convert_column_types":
            for conversion in value if isinstance(value, list) else [value]:
                kinds = {"int": "Int64", "float": "float64", "string": "string", "boolean": "boolean", "datetime": "datetime64[ns]"}
                kind = conversion["column_type"] if isinstance(conversion["column_type"], str) else next(iter(conversion["column_type"]))
                if kind not in kinds:
                    raise Refusal(f"The MLTable converts to {kind}, which is not done here; known: {', '.join(kinds)}.")
                columns = conversion["columns"] if isinstance(conversion["columns"], list) else [conversion["columns"]]
                frame = frame.astype({column: kinds[kind] for column in columns})
        else:
            raise Refusal(f"The MLTable has the transformation {name}, which is not done here.")
    return frame


def folder_keys(spec, file):
    parts = os.path.relpath(file, spec["input"]).split(os.sep)[:-1]
    keys = {}
    for place, key in enumerate(spec["partition_keys"]):
        named = [part.split("=", 1)[1] for part in parts if part.startswith(key + "=")]
        if not named and place >= len(parts):
            raise Refusal(f"'{file}' lies in no folder for the partition key '{key}'.")
        keys[key] = named[0] if named else parts[place]
    return keys


def mini_batches(spec):
    """Pairs of data and partition key values, in an order that is the same at every start."""
    files = files_of(spec)
    is_table = any(name.startswith("read_") for name, _ in readings_of(spec.get("table")))
    keys = spec.get("partition_keys") or []
    size, is_bytes = size_of(spec.get("mini_batch_size") or ("1mb" if is_table else "1"))
    if is_table:
        frame = read_table(spec, files)
        if keys:
            missing = [key for key in keys if key not in frame.columns]
            if missing:
                raise Refusal(f"The table has no column '{missing[0]}' to be split by; it has: {', '.join(map(str, frame.columns))}.")
            for values, part in frame.groupby(keys if len(keys) > 1 else keys[0], sort=True):
                values = values if isinstance(values, tuple) else (values,)
                yield part.reset_index(drop=True), dict(zip(keys, values))
            return
        width = max(1, sum(os.path.getsize(file) for file in files) / max(1, len(frame)))
        rows = max(1, int(size / width)) if is_bytes else size
        for start in range(0, len(frame), rows):
            yield frame.iloc[start:start + rows].reset_index(drop=True), None
        return
    if keys:
        groups = {}
        for file in files:
            values = folder_keys(spec, file)
            groups.setdefault(tuple(values.values()), (values, []))[1].append(file)
        for _, (values, group) in sorted(groups.items()):
            yield group, values
        return
    batch, held = [], 0
    for file in files:
        weight = os.path.getsize(file) if is_bytes else 1
        if batch and held + weight > size:
            yield batch, None
            batch, held = [], 0
        batch.append(file)
        held += weight
    if batch:
        yield batch, None


# -- a worker process --------------------------------------------------------------------------------------------------

def rows_of(result):
    if hasattr(result, "to_csv"):
        text = io.StringIO()
        result.to_csv(text, sep=" ", header=False, index=False)
        return text.getvalue(), len(result)
    if isinstance(result, (list, tuple)):
        return "".join(f"{item}\n" for item in result), len(result)
    raise TypeError(f"run() returned {type(result).__name__}; it must return a list, a tuple or a pandas DataFrame.")


def work(spec, connection):
    logging.basicConfig(level=spec.get("logging_level") or "INFO")
    try:
        sys.path.insert(0, os.path.dirname(spec["entry_script"]))
        sys.argv = [spec["entry_script"], *spec["arguments"]]
        described = importlib.util.spec_from_file_location("entry_script", spec["entry_script"])
        module = importlib.util.module_from_spec(described)
        sys.modules["entry_script"] = module
        described.loader.exec_module(module)
        if not hasattr(module, "run"):
            raise Refusal(f"{os.path.basename(spec['entry_script'])} has no function run(mini_batch).")
        if hasattr(module, "init"):
            module.init()
        takes_context = len(inspect.signature(module.run).parameters) > 1
        connection.send(("ready", None, None))
    except BaseException:
        connection.send(("broken", None, traceback.format_exc()))
        return
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        if task is None:
            break
        index, batch, keys = task
        try:
            context = MiniBatchContext(index, keys, spec["dataset"])
            result = module.run(batch, context) if takes_context else module.run(batch)
            connection.send(("done", index, (None, 0) if result is None else rows_of(result)))
        except Exception:
            connection.send(("failed", index, traceback.format_exc()))
    if hasattr(module, "shutdown"):
        module.shutdown()


class Worker:
    def __init__(self, spec, context):
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(spec, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.task, self.since, self.is_ready = None, time.monotonic(), False

    def give(self, task):
        self.task, self.since = task, time.monotonic()
        index, batch, keys, _ = task
        self.connection.send((index, batch, keys))

    def end(self):
        self.process.kill()
        self.process.join()
        self.connection.close()


# -- the whole ---------------------------------------------------------------------------------------------------------

class Progress:
    def __init__(self, spec, total):
        self.spec, self.total = spec, total
        self.done, self.failed, self.failed_items, self.items = set(), 0, 0, 0
        self.journal = os.path.join(spec["state"], "done.jsonl")
        self.told, self.reported, self.deaf = 0.0, None, False
        if os.path.exists(self.journal):
            with open(self.journal) as journal:
                for line in journal:
                    if line.endswith("\n"):
                        self.count(json.loads(line))

    def count(self, entry):
        self.done.add(entry["index"])
        self.items += entry["items"]
        self.failed_items += entry["failed_items"]

    def keep(self, index, batch, rows, returned, keys):
        """A batch counts as done when its rows are kept."""
        short = 0 if rows is None or keys else max(0, len(batch) - returned)
        if rows is not None and self.spec.get("append_row_to"):
            target = os.path.join(self.spec["state"], f"rows-{index}")
            with open(target + ".part", "w") as file:
                file.write(rows)
            os.replace(target + ".part", target)
        entry = {"index": index, "items": len(batch), "failed_items": short}
        with open(self.journal, "a") as journal:
            journal.write(json.dumps(entry) + "\n")
        self.count(entry)

    def drop(self, index, batch):
        self.failed += 1
        self.failed_items += len(batch)
        self.items += len(batch)

    def judge(self):
        def over(limit, count):
            return limit is not None and limit >= 0 and count > limit
        spec = self.spec
        if over(spec["mini_batch_error_threshold"], self.failed):
            raise Refusal(f"{self.failed} mini-batches failed; mini_batch_error_threshold allows {spec['mini_batch_error_threshold']}.")
        if over(spec["error_threshold"], self.failed_items):
            raise Refusal(f"{self.failed_items} items failed; error_threshold allows {spec['error_threshold']}.")
        if over(spec["allowed_failed_count"], self.failed):
            raise Refusal(f"{self.failed} mini-batches failed; allowed_failed_count is {spec['allowed_failed_count']}.")
        if self.failed * 100 > spec["allowed_failed_percent"] * max(1, self.total):
            raise Refusal(f"{self.failed} of {self.total} mini-batches failed; allowed_failed_percent is {spec['allowed_failed_percent']}.")

    def tell(self, now=False):
        state = (len(self.done), self.failed)
        if state == self.reported or (not now and time.monotonic() - self.told < 1):
            return
        self.told, self.reported = time.monotonic(), state
        print(f"{len(self.done)} of {self.total} mini-batches done, {self.failed} failed", flush=True)
        self.log({"mini_batches_done": len(self.done), "mini_batches_failed": self.failed, "items_failed": self.failed_items})

    def log(self, metrics):
        address, run = os.environ.get("MLFLOW_TRACKING_URI", ""), os.environ.get("MLFLOW_RUN_ID")
        if self.deaf or not run or not address.startswith("http"):
            return
        now = int(time.time() * 1000)
        body = {"run_id": run, "metrics": [
            {"key": key, "value": value, "timestamp": now, "step": len(self.done) + self.failed} for key, value in metrics.items()]}
        headers = {"Content-Type": "application/json"}
        if os.environ.get("MLFLOW_TRACKING_TOKEN"):
            headers["Authorization"] = "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]
        try:
            urllib.request.urlopen(urllib.request.Request(
                address.rstrip("/") + "/api/2.0/mlflow/runs/log-batch", json.dumps(body).encode(), headers), timeout=5).close()
        except OSError as problem:
            self.deaf = True
            print(f"[The progress is not logged as metrics: {problem}]", flush=True)


def run_all(spec):
    batches = [(index, batch, keys, 0) for index, (batch, keys) in enumerate(mini_batches(spec))]
    progress = Progress(spec, len(batches))
    waiting = [task for task in batches if task[0] not in progress.done]
    if len(waiting) < len(batches):
        print(f"Going on: {len(batches) - len(waiting)} of {len(batches)} mini-batches were done before", flush=True)
    context = multiprocessing.get_context("spawn")
    workers = [Worker(spec, context) for _ in range(min(spec["processes"], len(waiting)))]
    waiting.reverse()
    try:
        while waiting or any(worker.task for worker in workers):
            for place, worker in enumerate(workers):
                if waiting and worker.is_ready and worker.task is None:
                    worker.give(waiting.pop())
            step(spec, context, workers, waiting, progress)
            progress.judge()
            progress.tell()
        for worker in workers:
            worker.connection.send(None)
        for worker in workers:
            worker.process.join(spec["timeout"])
    finally:
        progress.tell(now=True)
        for worker in workers:
            worker.end()
    if batches and progress.failed == len(batches):
        raise Refusal(f"All {len(batches)} mini-batches failed; the reasons are above.")
    append(spec, len(batches))


def step(spec, context, workers, waiting, progress):
    """Takes what the workers say, and ends those that are silent for too long."""
    for connection in multiprocessing.connection.wait([worker.connection for worker in workers], timeout=0.2):
        place = next(place for place, worker in enumerate(workers) if worker.connection is connection)
        worker = workers[place]
        try:
            said, index, what = connection.recv()
        except (EOFError, OSError):
            code = worker.process.exitcode
            if worker.task is None:
                raise Refusal("A worker process died before it began; init() may have ended it.")
            again(spec, worker.task, f"The worker process died (exit code {code}).", waiting, progress)
            worker.end()
            workers[place] = Worker(spec, context)
            continue
        if said == "broken":
            print(what, flush=True)
            raise Refusal(f"init() failed: {what.strip().splitlines()[-1]}")
        if said == "ready":
            worker.is_ready = True
            continue
        index, batch, keys, _ = task = worker.task
        worker.task = None
        if said == "done":
            progress.keep(index, batch, *what, keys)
        else:
            again(spec, task, what, waiting, progress)
    for place, worker in enumerate(workers):
        if worker.task is not None and time.monotonic() - worker.since > spec["timeout"]:
            again(spec, worker.task, f"It took longer than retry_settings.timeout allows ({spec['timeout']} s).", waiting, progress)
            worker.end()
            workers[place] = Worker(spec, context)


def again(spec, task, why, waiting, progress):
    index, batch, keys, attempt = task
    print(f"Mini-batch {index} failed (attempt {attempt + 1} of {spec['max_retries'] + 1}): {why}", flush=True)
    if attempt < spec["max_retries"]:
        waiting.append((index, batch, keys, attempt + 1))
    else:
        progress.drop(index, batch)


def append(spec, total):
    target = spec.get("append_row_to")
    if not target:
        return
    target = os.path.join(target, "parallel_run_step.txt") if os.path.isdir(target) else target
    with open(target, "w") as output:
        for index in range(total):
            part = os.path.join(spec["state"], f"rows-{index}")
            if os.path.exists(part):
                with open(part) as rows:
                    output.write(rows.read())


if __name__ == "__main__":
    try:
        with open(sys.argv[1]) as written:
            run_all(json.load(written))
    except Refusal as refusal:
        print(refusal, flush=True)
        sys.exit(1)
