using System.Security.Cryptography;
using System.Text;

namespace Slipway.Monitoring.Alerts;

/// <summary>What a rule demands of its alerts.</summary>
/// <param name="Wait">For how long a condition has to hold before it fires.</param>
internal sealed record AlertPolicy(string Rule, string Severity, TimeSpan Wait, bool OpensIncidents);

/// <summary>What a rule found about one thing at one time.</summary>
internal sealed record Condition
{
    /// <summary>What tells it from others of its rule.</summary>
    public required IReadOnlyDictionary<string, string> Dimensions { get; init; }

    /// <summary>All that matchers can ask for.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Null: nobody can tell.</summary>
    public required bool? Holds { get; init; }

    public required string Message { get; init; }

    /// <summary>A node of the lineage.</summary>
    public required string Evidence { get; init; }

    /// <summary>The window of event time that the evidence is of.</summary>
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public string Subject
    {
        get => field ?? SubjectOf(Dimensions);
        init;
    }

    /// <summary>"feature=hour,segment=origin=ATL"; what is too long for an index is told by its hash.</summary>
    public static string SubjectOf(IReadOnlyDictionary<string, string> dimensions)
    {
        const int Longest = 200;
        var text = string.Join(',', dimensions.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        return text.Length <= Longest ? text : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
