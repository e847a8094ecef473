"""AutoML beside scikit-learn, on a fifth of the rows that neither has seen.

python3 bench/automl/compare.py SERVER-URL TABLE.csv TARGET POSITIVE-VALUE
"""
import json, os, subprocess, sys, tempfile, time
os.environ["OMP_NUM_THREADS"] = "2"
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

server, path, target, positive = sys.argv[1:]
slipway = os.environ.get("SLIPWAY", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../slipway")).split()
table = pd.read_csv(path).sample(frac=1, random_state=7)
train, test = table.iloc[len(table) // 5:], table.iloc[:len(table) // 5]
texts = [column for column in table.select_dtypes("object").columns if column != target]
numbers = [column for column in table.columns if column not in texts and column != target]
linear = make_column_transformer(
    (OneHotEncoder(handle_unknown="ignore"), texts), (make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), numbers))
trees = make_column_transformer((OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), texts), (SimpleImputer(), numbers))
tried = {
    "LogisticRegression": (linear, LogisticRegression(max_iter=2000), {"C": [0.01, 0.1, 1, 10]}),
    "HistGradientBoosting": (trees, HistGradientBoostingClassifier(random_state=7), {"learning_rate": [0.03, 0.1], "max_leaf_nodes": [15, 31]}),
    "RandomForest": (trees, RandomForestClassifier(100, random_state=7, n_jobs=2), {"max_depth": [8, 14]}),
}
print(f"{len(train)} rows to learn from, {len(test)} to test on")
for name, (features, model, grid) in tried.items():
    began = time.time()
    grid = {f"{type(model).__name__.lower()}__{key}": values for key, values in grid.items()}
    search = GridSearchCV(make_pipeline(features, model), grid, scoring="roc_auc", cv=3)
    search.fit(train.drop(columns=target), train[target] == positive)
    score = roc_auc_score(test[target] == positive, search.predict_proba(test.drop(columns=target))[:, 1])
    print(f"scikit-learn {name}: AUC {score:.4f} in {time.time() - began:.1f} s", flush=True)

with tempfile.TemporaryDirectory() as folder:
    for name, rows in (("train", train), ("test", test)):
        os.makedirs(f"{folder}/{name}")
        rows.to_csv(f"{folder}/{name}/rows.csv", index=False)
    with open(f"{folder}/job.yml", "w", encoding="utf-8") as file:
        file.write(f"type: automl\ntask: classification\nprimary_metric: AUC_weighted\ntarget_column_name: '{target}'\nn_cross_validations: 3\n"
                   "training_data: {type: uri_folder, path: ./train}\ntest_data: {type: uri_folder, path: ./test}\nlimits: {max_trials: 15}\n")
    began = time.time()
    job = json.loads(subprocess.run(
        [*slipway, "job", "create", "-f", f"{folder}/job.yml", "--stream", "-o", "json", "--server", server],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout)
    took = time.time() - began
    log = subprocess.run([*slipway, "job", "log", "-n", job["name"], "--server", server], check=True, stdout=subprocess.PIPE, text=True).stdout
    print(f"slipway, 15 trials: {[line for line in log.splitlines() if line.startswith('On ')][0]} {took:.1f} s")
