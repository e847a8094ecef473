using System.Collections.Frozen;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Runtimes.Batching;

namespace Slipway.Serving.Runtimes;

/// <summary>The runtimes that this program has, by name.</summary>
internal sealed class KnownRuntimes(IEnumerable<IModelRuntime> runtimes, ServingOptions options, TimeProvider time)
{
    private readonly FrozenDictionary<string, IModelRuntime> _byName = runtimes.ToFrozenDictionary(runtime => runtime.Name);

    /// <summary>Loads a model by the runtime that the settings name, and joins its requests if they say so.</summary>
    public async Task<IRunningModel> LoadAsync(ModelVersion version, Tree tree, DeploymentSettings settings, CancellationToken ct)
    {
        var model = await Get(settings.Runtime).LoadAsync(version, tree, settings, ct);
        if (settings.MaxBatch < 2)
            return model;
        try
        {
            return BatchedModel.Create(
                model, settings.MaxBatch, TimeSpan.FromMicroseconds(settings.MaxDelayMicroseconds), settings.Concurrency ?? options.Concurrency, time);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The runtime of a version of which only its files tell: ONNX, or a model of MLflow's in Python.</summary>
    public static string Of(Tree tree) =>
        tree.Entries.Any(entry => entry.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) ? "onnx" : "python";

    private IModelRuntime Get(string name) => _byName.TryGetValue(name, out var found)
        ? found
        : throw SlipwayException.Invalid(
            $"There is no runtime '{name}'.{Nearest.Hint(name, _byName.Keys)} There are: {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}.");
}
