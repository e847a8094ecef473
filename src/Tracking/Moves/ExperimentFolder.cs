using Slipway.Kernel;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Moves;

/// <summary>A folder of experiments: what names have in common up to a '/'. "" is the top.</summary>
internal sealed record ExperimentFolder
{
    private const int Longest = 490;

    private ExperimentFolder(string value) => Value = value;

    public string Value { get; }

    public static ExperimentFolder Parse(string text)
    {
        var value = text.Trim('/');
        if (value.Length > Longest || (value.Length > 0 && value.Split('/').Any(string.IsNullOrWhiteSpace)))
            throw SlipwayException.Invalid($"'{text}' is not a folder of experiments: parts with a '/' between them, none empty, at most {Longest} characters.");
        return new ExperimentFolder(value);
    }

    /// <summary>The name as it is called in this folder: "b/c" of "a/b/c" in "a"; null when it is elsewhere.</summary>
    public string? Within(string name)
    {
        // Names with a slash in front, as other servers have them, stand in the same folders.
        var plain = name.TrimStart('/');
        if (Value.Length == 0)
            return plain.Length > 0 ? plain : name;
        return plain.Length > Value.Length + 1 && plain[Value.Length] == '/' && plain.StartsWith(Value, StringComparison.Ordinal)
            ? plain[(Value.Length + 1)..]
            : null;
    }

    /// <summary>The folder right below this one that a name is in; null when it is right here.</summary>
    public string? FolderOf(string within) =>
        within.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? Join(within[..slash]) : null;

    public string Join(string within) => Value.Length == 0 ? within : $"{Value}/{within}";

    /// <summary>The new names of what is in this folder, by id, when it moves.</summary>
    public IReadOnlyDictionary<long, string> Renamed(IEnumerable<(long Id, string Name)> experiments, ExperimentFolder to)
    {
        if (Value.Length == 0 || to == this || $"{to.Value}/".StartsWith($"{Value}/", StringComparison.Ordinal))
            throw SlipwayException.Invalid($"The folder '{Value}' cannot become '{to.Value}': name a folder, and a place outside it.");
        var names = new Dictionary<long, string>();
        foreach (var (id, before) in experiments)
        {
            if (Within(before) is not { } within)
                continue;
            var name = to.Join(within);
            CreateExperiment.DemandName("to", name);
            names[id] = name;
        }

        return names;
    }
}
