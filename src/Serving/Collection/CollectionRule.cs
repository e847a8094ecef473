using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Collection;

/// <summary>A deployment's policy of collection, read: which requests are kept, and which columns of them in which form.</summary>
internal sealed class CollectionRule
{
    private readonly Dictionary<string, bool> _isHashed = new(StringComparer.OrdinalIgnoreCase);
    private readonly CollectionPolicy _policy;
    private readonly byte[] _key;
    private readonly ulong _limit;

    private CollectionRule(CollectionPolicy policy, byte[] key)
    {
        (_policy, _key) = (policy, key);
        _limit = policy.SamplingRate >= 1 ? ulong.MaxValue : (ulong)(policy.SamplingRate * ulong.MaxValue);
        foreach (var part in (policy.Mask ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, "hash" or "drop"])
                throw SlipwayException.Invalid($"mask: '{part}' is not NAME=hash or NAME=drop.");
            _isHashed[name] = part.EndsWith("hash", StringComparison.Ordinal);
        }
    }

    /// <summary>Keeps everything as it is.</summary>
    public static CollectionRule All { get; } = new(new CollectionPolicy(), []);

    /// <summary>Names of the masked columns, by what they are of the model.</summary>
    public string Masked => string.Join(',', _isHashed.Keys.Order(StringComparer.Ordinal));

    /// <inheritdoc cref="CollectionPolicy.Profiles"/>
    public bool Profiles => _policy.Profiles;

    /// <summary>Whether some column needs the workspace's key.</summary>
    public static bool Hashes(CollectionPolicy? policy) => policy?.Mask?.Contains("hash", StringComparison.Ordinal) == true;

    /// <summary>Refuses what cannot be.</summary>
    public static CollectionRule Read(CollectionPolicy? policy, byte[] key) => policy switch
    {
        null => All,
        { SamplingRate: not (>= 0 and <= 1) } => throw SlipwayException.Invalid($"sampling_rate is {policy.SamplingRate}; it is from 0 to 1."),
        _ => new CollectionRule(policy, key),
    };

    /// <summary>Refuses names that the model does not have.</summary>
    public void Check(ServedModel model)
    {
        var known = model.Inputs.Select(input => input.Name).Concat(model.Outputs.Select(output => output.Name)).ToList();
        foreach (var name in _isHashed.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)))
            throw SlipwayException.Invalid($"mask: model '{model.Name}' has no input or output '{name}'.{Nearest.Hint(name, known)} There are: {string.Join(", ", known)}.");
    }

    /// <summary>By the id alone, so that a request that is sent again, and its copies to shadows, have the same fate.</summary>
    public bool Takes(string requestId)
    {
        if (_limit == ulong.MaxValue)
            return true;
        var hash = 14695981039346656037UL;
        foreach (var letter in requestId)
            hash = (hash ^ letter) * 1099511628211UL;
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return (hash ^ (hash >> 33)) < _limit;
    }

    public bool Keeps(string name, bool isInput) =>
        (isInput ? _policy.Inputs : _policy.Outputs) && (!_isHashed.TryGetValue(name, out var hashed) || hashed);

    /// <summary>The key of a column that is hashed; null: it is kept as it is.</summary>
    public byte[]? KeyOf(string name) => _isHashed.GetValueOrDefault(name) ? _key : null;
}
