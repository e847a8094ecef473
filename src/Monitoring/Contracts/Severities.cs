namespace Slipway.Monitoring.Contracts;

/// <summary>How bad alerts are, the worst last.</summary>
public static class Severities
{
    public static IReadOnlyList<string> All { get; } = ["info", "warning", "error", "critical"];

    public static bool IsWorse(string one, string other) => Rank(one) > Rank(other);

    private static int Rank(string severity) => All.Index().FirstOrDefault(known => known.Item == severity).Index;
}
