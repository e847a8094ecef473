using System.Collections.Frozen;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes;

/// <summary>The runtimes that this program has, by name.</summary>
internal sealed class KnownRuntimes(IEnumerable<IModelRuntime> runtimes)
{
    private readonly FrozenDictionary<string, IModelRuntime> _byName = runtimes.ToFrozenDictionary(runtime => runtime.Name);

    public IModelRuntime Get(string name) => _byName.TryGetValue(name, out var found)
        ? found
        : throw SlipwayException.Invalid(
            $"There is no runtime '{name}'.{Nearest.Hint(name, _byName.Keys)} There are: {string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}.");
}
