using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Client;

/// <summary>The models that a run makes.</summary>
public sealed class RunModels
{
    private const string Mlflow = "api/2.0/mlflow/";

    private readonly SlipwayClient _client;
    private readonly RunInfo _run;
    private readonly RunArtifacts _artifacts;

    internal RunModels(SlipwayClient client, RunInfo run, RunOptions options, TimeProvider time) =>
        (_client, _run, _artifacts) = (client, run, new RunArtifacts(client, run, options, time));

    /// <summary>Logs a model: its files are uploaded, and it is an output of the run.</summary>
    /// <param name="path">A file or a folder.</param>
    /// <param name="type">What kind it is: "linear", "onnx" …; null: nothing is said.</param>
    public async Task<LoggedModel> LogAsync(
        string path, string name, string? type = null, IReadOnlyDictionary<string, string>? parameters = null, CancellationToken ct = default)
    {
        var body = new JsonObject
        {
            ["experiment_id"] = _run.ExperimentId,
            ["name"] = name,
            ["source_run_id"] = _run.Id,
            ["model_type"] = type ?? "",
            ["params"] = new JsonArray([.. (parameters ?? new Dictionary<string, string>())
                .Select(pair => (JsonNode)new JsonObject { ["key"] = pair.Key, ["value"] = pair.Value })]),
        };
        var info = (await _client.PostAsync(Mlflow + "logged-models", body, ct))!["model"]!["info"]!;
        var id = (string)info["model_id"]!;
        try
        {
            await _artifacts.UploadAsync((string)info["artifact_uri"]!, path, folder: null, ct);
        }
        catch (Exception)
        {
            // Whoever lists the models sees that this one is not whole.
            await SetStatusAsync(id, "LOGGED_MODEL_UPLOAD_FAILED", CancellationToken.None);
            throw;
        }

        await SetStatusAsync(id, "LOGGED_MODEL_READY", ct);
        await _client.PostAsync(
            Mlflow + "runs/outputs",
            new JsonObject { ["run_id"] = _run.Id, ["models"] = new JsonArray(new JsonObject { ["model_id"] = id, ["step"] = 0 }) },
            ct);
        return new LoggedModel(id, name, _run.Id);
    }

    /// <summary>Registers a logged model as the next version of a registered model, which is made when it does not exist; its number.</summary>
    public async Task<int> RegisterAsync(LoggedModel model, string registeredName, string? description = null, CancellationToken ct = default)
    {
        try
        {
            await _client.PostAsync(Mlflow + "registered-models/create", new JsonObject { ["name"] = registeredName }, ct);
        }
        catch (SlipwayApiException refusal) when (refusal.Code == "RESOURCE_ALREADY_EXISTS")
        {
            // The next version is made below.
        }

        var version = (await _client.PostAsync(
            Mlflow + "model-versions/create",
            new JsonObject
            {
                ["name"] = registeredName,
                ["source"] = model.Uri,
                ["run_id"] = model.RunId,
                ["model_id"] = model.Id,
                ["description"] = description ?? "",
            },
            ct))!["model_version"]!;
        return int.Parse((string)version["version"]!, CultureInfo.InvariantCulture);
    }

    private Task SetStatusAsync(string id, string status, CancellationToken ct) =>
        _client.PatchAsync($"{Mlflow}logged-models/{id}", new JsonObject { ["model_id"] = id, ["status"] = status }, ct);
}
