"""Beside scikit-learn: the same rows to learn from and to test on. python3 bench/automl/compare.py SERVER-URL"""
import json, os, subprocess, sys, tempfile, time
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

here = os.path.dirname(os.path.abspath(__file__))
table = pd.read_csv(os.path.join(here, "../../examples/automl/flights/flights.csv"))
train, test = table.iloc[:700], table.iloc[700:]


def features(rows):
    when = pd.to_datetime(rows.scheduled)
    return rows.drop(columns=["arrival", "scheduled"]).assign(hour=when.dt.hour, weekday=when.dt.weekday, day=when.dt.dayofyear)


texts, numbers = ["carrier", "origin", "destination"], ["distance", "inbound_delay", "hour", "weekday", "day"]
linear = make_column_transformer(
    (OneHotEncoder(handle_unknown="ignore"), texts), (make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), numbers))
trees = make_column_transformer((OrdinalEncoder(), texts), (SimpleImputer(strategy="constant", fill_value=-99), numbers))
tried = {
    "LogisticRegression": GridSearchCV(
        make_pipeline(linear, LogisticRegression(max_iter=5000)), {"logisticregression__C": np.logspace(-4, 3, 15)}, scoring="roc_auc", cv=5),
    "HistGradientBoosting": GridSearchCV(
        make_pipeline(trees, HistGradientBoostingClassifier(random_state=7)),
        {"histgradientboostingclassifier__learning_rate": [0.03, 0.1], "histgradientboostingclassifier__max_depth": [2, 4, 8],
         "histgradientboostingclassifier__max_iter": [50, 150]}, scoring="roc_auc", cv=5),
    "RandomForest": GridSearchCV(
        make_pipeline(trees, RandomForestClassifier(300, random_state=7)), {"randomforestclassifier__max_depth": [4, 8, 16]}, scoring="roc_auc", cv=5),
}
for name, search in tried.items():
    began = time.time()
    search.fit(features(train), train.arrival == "late")
    score = roc_auc_score(test.arrival == "late", search.predict_proba(features(test))[:, 1])
    print(f"scikit-learn {name}: AUC {score:.4f} in {time.time() - began:.1f} s")

with tempfile.TemporaryDirectory() as folder:
    for name, rows in (("train", train), ("test", test)):
        os.makedirs(f"{folder}/{name}")
        rows.to_csv(f"{folder}/{name}/rows.csv", index=False)
    with open(f"{folder}/job.yml", "w", encoding="utf-8") as file:
        file.write("type: automl\ntask: classification\nprimary_metric: AUC_weighted\ntarget_column_name: arrival\nn_cross_validations: 5\n"
                   "training_data: {type: uri_folder, path: ./train}\ntest_data: {type: uri_folder, path: ./test}\nlimits: {max_trials: 30}\n")
    began = time.time()
    slipway = os.path.join(here, "../../slipway")
    job = json.loads(subprocess.run(
        [slipway, "job", "create", "-f", f"{folder}/job.yml", "--stream", "-o", "json", "--server", sys.argv[1]],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout)
    took = time.time() - began
    log = subprocess.run([slipway, "job", "log", "-n", job["name"], "--server", sys.argv[1]], check=True, stdout=subprocess.PIPE, text=True).stdout
    print(f"slipway, 30 trials: {[line for line in log.splitlines() if line.startswith('On ')][0]} {took:.1f} s")
