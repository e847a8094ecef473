using System.Text;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>"python": Azure ML's score.py, and MLflow's python_function models, in worker processes beside this one.</summary>
internal sealed class PythonRuntime(
    ContentStore content, IPythonEnvironments environments, ServingOptions options, TimeProvider time, ILogger<PythonRuntime> logger) : IModelRuntime
{
    private const int DefaultTimeout = 60_000;

    public string Name => "python";

    public async Task<IRunningModel> LoadAsync(ModelVersion version, Tree tree, DeploymentSettings settings, CancellationToken ct)
    {
        var folder = await DeploymentFolder.CreateAsync(content, version, settings, ct);
        WorkerPool? pool = null;
        try
        {
            var script = folder.FindScript(settings);
            var file = script is null ? Mlmodel(folder, version, settings) : null;
            var inputs = VersionInputs.Read(version) ?? file?.Inputs ?? [];
            if (script is null && inputs.Length == 0)
                throw SlipwayException.Invalid($"{version.Node} has no signature that says which columns it takes; log the model with one.");
            var spec = new WorkerSpec(
                file is null ? folder.ModelFolder : file.Folder,
                [.. inputs.Select(input => new WorkerInput(input.Name, input.DataType, input.RowLength))],
                settings.MemoryMegabytes,
                script,
                file?.Flavors);
            var log = new DeploymentLog();
            var programs = await ProgramsAsync(settings, log, ct);
            var interpreter = settings.Python ?? (programs is null ? "python3" : Path.Combine(programs, "python"));
            var program = await WorkerProgram.WriteAsync(folder, interpreter, programs, (settings.Probe ?? ProbeSettings.Default).Start, ct);
            pool = new WorkerPool(program, spec, log, TimeSpan.FromMilliseconds(settings.RequestTimeoutMilliseconds ?? DefaultTimeout), time, logger);
            await pool.StartAsync(settings.Concurrency ?? options.Concurrency, ct);
            var model = new PythonModel(inputs, script is not null, pool, log);
            await model.ProbeAsync(ct);
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

    private async Task<string?> ProgramsAsync(DeploymentSettings settings, DeploymentLog log, CancellationToken ct)
    {
        if (settings.Environment?.Conda is not { } conda)
            return null;
        var says = new StringWriter();
        var programs = await environments.PrepareAsync(conda, says, ct);
        log.Write(Encoding.UTF8.GetBytes(says.ToString()));
        return programs;
    }

    private static MlmodelFile Mlmodel(DeploymentFolder folder, ModelVersion version, DeploymentSettings settings)
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
}
