using System.Text.Json.Nodes;
using Slipway.Lake.Contracts;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>Which pushes a trigger is about.</summary>
internal static class PushFilter
{
    /// <summary>Why the push does not fire; null: it does, unless its files say otherwise.</summary>
    public static string? Refusal(JsonObject trigger, Push push)
    {
        if ((string?)trigger["repository"] is { } wanted && !push.Repositories.Any(address => Same(address, wanted)))
            return $"It is of another repository ({(push.Repository.Length > 0 ? push.Repository : "unknown")}).";
        var branches = Texts(trigger["branches"]);
        if (branches.Count > 0 && !branches.Any(pattern => ObjectPattern.IsMatch(pattern, push.Branch)))
            return $"'{push.Branch}' is none of the branches {string.Join(", ", branches)}.";
        if (push.IsDeleted)
            return $"'{push.Branch}' was deleted.";
        return push.Paths is null ? null : Refusal(trigger, push.Paths);
    }

    public static string? Refusal(JsonObject trigger, IReadOnlyCollection<string> changed)
    {
        var paths = Texts(trigger["paths"]);
        return paths.Count == 0 || changed.Any(path => paths.Any(pattern => ObjectPattern.IsMatch(pattern, path)))
            ? null
            : $"None of the {changed.Count} changed files is one of {string.Join(", ", paths)}.";
    }

    public static bool HasPaths(JsonObject trigger) => Texts(trigger["paths"]).Count > 0;

    private static List<string> Texts(JsonNode? node) => [.. (node as JsonArray ?? []).Select(item => (string)item!)];

    // https://user@host/a/b.git, git@host:a/b.git and ssh://git@host/a/b are one repository.
    private static bool Same(string address, string wanted) => Plain(address) == Plain(wanted);

    private static string Plain(string address)
    {
        var text = address.Trim().TrimEnd('/');
        if (text.Contains("://", StringComparison.Ordinal))
            text = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        else if (text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            text = $"{text[..colon]}/{text[(colon + 1)..]}";
        text = text[(text.IndexOf('@', StringComparison.Ordinal) + 1)..];
        return (text.EndsWith(".git", StringComparison.Ordinal) ? text[..^4] : text).ToLowerInvariant();
    }
}
