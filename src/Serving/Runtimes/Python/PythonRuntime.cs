using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>"python": Azure ML's score.py, and MLflow's python_function models, in worker processes beside this one.</summary>
internal sealed class PythonRuntime(ContentStore content, ServingOptions options, TimeProvider time, ILogger<PythonRuntime> logger) : IModelRuntime
{
    private const int DefaultTimeout = 60_000;

    public string Name => "python";

    public async Task<IRunningModel> LoadAsync(ModelVersion version, Tree tree, DeploymentSettings settings, CancellationToken ct)
    {
        var folder = await PythonFolder.CreateAsync(content, version, settings, ct);
        WorkerPool? pool = null;
        try
        {
            var script = folder.FindScript(settings);
            var file = script is null ? Mlmodel(folder, version, settings) : null;
            var inputs = Signature(version) ?? file?.Inputs ?? [];
            if (script is null && inputs.Length == 0)
                throw SlipwayException.Invalid($"{version.Node} has no signature that says which columns it takes; log the model with one.");
            var spec = new WorkerSpec(
                file is null ? folder.ModelFolder : file.Folder,
                [.. inputs.Select(input => new WorkerInput(input.Name, input.DataType, input.RowLength))],
                settings.MemoryMegabytes,
                script,
                file?.Flavors);
            var log = new DeploymentLog();
            pool = new WorkerPool(folder, spec, log, TimeSpan.FromMilliseconds(settings.RequestTimeoutMilliseconds ?? DefaultTimeout), time, logger);
            await pool.StartAsync(settings.Concurrency ?? options.Concurrency, ct);
            var model = new PythonModel(inputs, script is not null, pool, log);
            await model.ProbeAsync();
            return model;
        }
        catch
        {
            if (pool is null)
                folder.Dispose();
            else
                pool.Dispose();
            throw;
        }
    }

    private static MlmodelFile Mlmodel(PythonFolder folder, ModelVersion version, DeploymentSettings settings)
    {
        var path = Directory.EnumerateFiles(folder.ModelFolder, "MLmodel", SearchOption.AllDirectories).MinBy(found => found.Length);
        if (settings.ScoringScript is not null || path is null)
        {
            throw SlipwayException.Invalid(
                $"{version.Node} has no '{settings.ScoringScript ?? "score.py"}' in its {(settings.Code is null ? "model" : "code")} and no MLmodel file; name a scoring_script that is there.");
        }

        var file = MlmodelFile.Read(path);
        return file.Flavors.ContainsKey("python_function")
            ? file
            : throw SlipwayException.Invalid($"{version.Node} has no flavour python_function; it has: {string.Join(", ", file.Flavors.Keys)}.");
    }

    private static TensorPlan[]? Signature(ModelVersion version)
    {
        if (version.SignatureJson is not { } json)
            return null;
        try
        {
            return JsonSerializer.Deserialize(json, ServingJson.Default.ModelSignature)?.Inputs?.Select(Plan).ToArray();
        }
        catch (JsonException)
        {
            // A signature of another system's form; the model's own file has it, too.
            return null;
        }
    }

    private static TensorPlan Plan(TensorSignature input, int index)
    {
        var rowLength = input.Shape.Skip(1).Aggregate(1L, static (product, dim) => product * dim);
        return input.Shape.Count > 0 && input.Shape[0] == -1 && rowLength > 0
            ? new TensorPlan(input.Name, OipTypes.Parse(input.DataType), [.. input.Shape], hasRows: true, index, checked((int)rowLength))
            : throw SlipwayException.Invalid($"Input '{input.Name}' of the signature has the shape {TensorPlan.ShapeText([.. input.Shape])}; only the first dimension may be free.");
    }
}
