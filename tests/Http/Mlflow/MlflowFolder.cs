using System.Globalization;

namespace Slipway.Http.Mlflow;

/// <summary>Writes an mlruns folder as MLflow's clients do.</summary>
internal sealed class MlflowFolder(string root)
{
    public const string Experiment = "917644646699364543", Run = "8cd2241d770345cbad5384a114b94564", Deleted = "786121fc00394f778a1ed55baa61b4b7",
        Model = "m-76194f9bc8624ea48a4c5c3cdb644162", Trace = "tr-155bd46ba542392d87711233ef58334a";

    public string Root => root;

    public string RunFolder => Path.Combine(root, Experiment, Run);

    /// <summary>An experiment with a whole run, a deleted run, a logged model, a trace and a registered model; a deleted experiment.</summary>
    public MlflowFolder WriteAll()
    {
        Write($"{Experiment}/meta.yaml", $"""
            artifact_location: file:///old/machine/mlruns/{Experiment}
            creation_time: 1700000000001
            experiment_id: '{Experiment}'
            last_update_time: 1700000000002
            lifecycle_stage: active
            name: team/fraud
            """);
        Write($"{Experiment}/tags/owner", "eva");
        Write(".trash/7/meta.yaml", "experiment_id: 7\nlifecycle_stage: deleted\nname: gone\ncreation_time: 5\nlast_update_time: 6\n");
        WriteRun();
        Write($"{Experiment}/{Deleted}/meta.yaml", RunMeta(Deleted, "null", 1, "deleted", "deleted_time: 1700000000777\n"));
        Write($"{Experiment}/{Deleted}/tags/mlflow.runName", "first");
        WriteModels();
        WriteTrace();
        return this;
    }

    public void Write(string path, string text)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private void WriteRun()
    {
        var run = $"{Experiment}/{Run}";
        Write($"{run}/meta.yaml", RunMeta(Run, "1700000009000", 3, "active", ""));
        Write($"{run}/tags/mlflow.runName", "first");
        Write($"{run}/tags/k/nested", "ü\nline");
        Write($"{run}/params/lr", "0.1");
        Write($"{run}/params/opt/name", "adam");
        Write($"{run}/metrics/loss", "1700000000000 1.0 0\n1700000000001 0.5 1\n1700000000002 1e-05 2\n");
        Write($"{run}/metrics/train/auc", "1700000000000 nan 0\n1700000000001 inf 1\n");
        Write($"{run}/metrics/old", "1700000000003 2.5\n");
        Write($"{run}/metrics/acc", "1700000000009 0.5 4 train abc\n");
        Write($"{run}/artifacts/a.txt", "hello");
        Write($"{run}/artifacts/net/MLmodel", "flavors: {}");
        Write($"{Experiment}/datasets/d1/meta.yaml", "digest: abc\nname: train\nprofile: null\nschema: '{}'\nsource: '{}'\nsource_type: local\n");
        Write($"{run}/inputs/i1/meta.yaml", "destination_id: d1\ndestination_type: RUN\nsource_id: d1\nsource_type: DATASET\ntags:\n  mlflow.data.context: training\n");
        Write($"{run}/outputs/{Model}/meta.yaml", $"destination_id: {Model}\ndestination_type: MODEL_OUTPUT\nsource_id: {Model}\nsource_type: RUN_OUTPUT\nstep: 2\ntags: {{}}\n");
    }

    private void WriteModels()
    {
        var logged = $"{Experiment}/models/{Model}";
        Write($"{logged}/meta.yaml", $"""
            artifact_location: file:///old/machine/mlruns/{Experiment}/models/{Model}/artifacts
            creation_timestamp: 1700000000005
            experiment_id: '{Experiment}'
            last_updated_timestamp: 1700000000006
            model_id: {Model}
            model_type: net
            name: net
            source_run_id: {Run}
            status: 2
            status_message: null
            """);
        Write($"{logged}/params/depth", "3");
        Write($"{logged}/metrics/acc", $"1700000000009 0.5 4 {Run} train abc\n");
        Write($"{logged}/artifacts/MLmodel", "flavors: {}");
        Write("models/fraud/meta.yaml", "aliases: {}\ncreation_timestamp: 1700000000010\ndescription: a model\nlast_updated_timestamp: 1700000000020\nname: fraud\n");
        Write("models/fraud/aliases/champion", "3");
        Write("models/fraud/tags/a", "b");
        WriteVersion(1, "Deleted_Internal", $"file:///old/machine/mlruns/{Experiment}/{Run}/artifacts/net");
        WriteVersion(2, "None", $"models:/{Model}");
        WriteVersion(3, "Staging", $"file:///old/machine/mlruns/{Experiment}/{Run}/artifacts/net");
    }

    private void WriteVersion(int number, string stage, string source) => Write(
        $"models/fraud/version-{number.ToString(CultureInfo.InvariantCulture)}/meta.yaml",
        $"""
        creation_timestamp: 170000000003{number}
        current_stage: {stage}
        description: null
        last_updated_timestamp: 170000000004{number}
        name: fraud
        run_id: {Run}
        source: {source}
        status: READY
        user_id: eva
        version: {number}
        """);

    private void WriteTrace()
    {
        var trace = $"{Experiment}/traces/{Trace}";
        Write($"{trace}/trace_info.yaml", $"""
            execution_duration_ms: 71
            request_preview: '1'
            request_time: '2026-11-27T07:15:56.435Z'
            response_preview: '2'
            state: OK
            trace_id: {Trace}
            """);
        Write($"{trace}/tags/mlflow.traceName", "f");
        Write($"{trace}/request_metadata/mlflow.user", "eva");
        Write($"{trace}/assessments/a-1.yaml", $"""
            assessment_id: a-1
            assessment_name: good
            create_time: '2026-11-27T07:15:58.536Z'
            feedback:
              value: true
            last_update_time: '2026-11-27T07:15:58.536Z'
            source:
              source_id: default
              source_type: CODE
            trace_id: {Trace}
            valid: true
            """);
        Write($"{trace}/artifacts/traces.json", """
            {"spans": [{"trace_id": "FVvUa6VCOS2HcRIz71gzSg==", "span_id": "Yb1WuuFws60=", "parent_span_id": null, "name": "f",
              "start_time_unix_nano": 1795763756435339618, "end_time_unix_nano": 1795763756506601379, "events": [],
              "status": {"code": "STATUS_CODE_OK", "message": ""},
              "attributes": {"mlflow.spanType": "\"LLM\"", "mlflow.spanInputs": "{\"x\": 1}", "mlflow.spanOutputs": "2",
                "mlflow.llm.cost": "{\"input_cost\": 0.25, \"total_cost\": 0.75}", "mlflow.llm.model": "\"m-1\""}}]}
            """);
    }

    private static string RunMeta(string id, string end, int status, string stage, string more) => $"""
        artifact_uri: file:///old/machine/mlruns/{Experiment}/{id}/artifacts
        end_time: {end}
        experiment_id: '{Experiment}'
        lifecycle_stage: {stage}
        run_id: {id}
        run_name: first
        start_time: 1700000000000
        status: {status}
        tags: []
        user_id: eva
        {more}
        """;
}
