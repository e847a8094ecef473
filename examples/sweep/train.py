"""Fits y = a + b*x by gradient descent and logs its loss after each epoch. Needs nothing but Python."""
import argparse
import json
import os
import random
import urllib.request


def log_metric(key, value, step):
    """What mlflow.log_metric sends; use that where mlflow is installed."""
    address, run = os.environ.get("MLFLOW_TRACKING_URI", ""), os.environ.get("MLFLOW_RUN_ID")
    if not address.startswith("http"):
        return
    body = json.dumps({"run_id": run, "key": key, "value": value, "step": step, "timestamp": 1_700_000_000_000 + step})
    request = urllib.request.Request(address + "/api/2.0/mlflow/runs/log-metric", body.encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()


parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, required=True)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--model", required=True)
args = parser.parse_args()

chance = random.Random(1)
rows = [(x, 3 + 2 * x + chance.gauss(0, 0.1)) for x in (chance.uniform(-1, 1) for _ in range(200))]
a = b = 0.0
for epoch in range(args.epochs):
    for start in range(0, len(rows), args.batch):
        part = rows[start:start + args.batch]
        errors = [(a + b * x - y, x) for x, y in part]
        a -= args.rate * sum(error for error, _ in errors) / len(part)
        b -= args.rate * sum(error * x for error, x in errors) / len(part)
    loss = sum((a + b * x - y) ** 2 for x, y in rows) / len(rows)
    log_metric("loss", min(loss, 1e9), epoch)
    print(f"epoch {epoch}: loss {loss:.4f}")

os.makedirs(args.model, exist_ok=True)
with open(os.path.join(args.model, "line.json"), "w") as file:
    json.dump({"a": a, "b": b}, file)
