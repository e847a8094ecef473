using System.Collections.Frozen;

namespace Slipway.Kernel;

/// <summary>A variant of behaviour that configuration chooses by name (a step kind, a drift statistic, a blob store …).</summary>
public interface IPolicy
{
    /// <summary>The name that configuration uses, in the field's usual spelling.</summary>
    string Name { get; }
}

/// <summary>All registered policies of one kind, looked up by name when configuration is read.</summary>
public sealed class Policies<T>(IEnumerable<T> policies)
    where T : IPolicy
{
    private readonly FrozenDictionary<string, T> _byName =
        policies.ToFrozenDictionary(policy => policy.Name, StringComparer.OrdinalIgnoreCase);

    public IEnumerable<string> Names => _byName.Keys.Order(StringComparer.Ordinal);

    public T? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The policy of this name; otherwise InvalidParameter, with the list of known names.</summary>
    /// <param name="what">What the policy is to the user: "step kind", "drift statistic".</param>
    public T Get(string what, string name) => Find(name) ?? throw SlipwayException.Invalid(
        $"'{name}' is not a known {what}.{Nearest.Hint(name, Names)} Known: {string.Join(", ", Names)}.");
}
