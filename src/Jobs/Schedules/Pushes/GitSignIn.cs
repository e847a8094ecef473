using System.Globalization;
using System.Text;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>How git reaches a repository.</summary>
/// <param name="Scheme">The one protocol that it may speak; null: it stays on this machine's copy.</param>
/// <param name="Password">For Basic authentication, or null.</param>
internal sealed record GitSignIn(string? Scheme, string? Password)
{
    /// <summary>For what needs no remote.</summary>
    public static GitSignIn None { get; } = new(null, null);

    /// <summary>All that git is told, as variables.</summary>
    public IEnumerable<(string Name, string Value)> Environment()
    {
        List<(string Key, string Value)> settings =
        [
            ("protocol.allow", "never"), ("http.followRedirects", "false"), ("core.hooksPath", "/dev/null"), ("gc.autoDetach", "false"),
            ("safe.directory", "*"),
        ];
        if (Scheme is not null)
            settings.Add(($"protocol.{Scheme}.allow", "always"));

        // The name does not matter to GitHub, GitLab and Azure DevOps, but none of them takes an empty one.
        if (Password is not null)
            settings.Add(("http.extraHeader", $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"slipway:{Password}"))}"));
        yield return ("GIT_TERMINAL_PROMPT", "0");
        yield return ("GIT_CONFIG_NOSYSTEM", "1");
        yield return ("GIT_CONFIG_GLOBAL", "/dev/null");
        yield return ("LC_ALL", "C");
        yield return ("GIT_CONFIG_COUNT", settings.Count.ToString(CultureInfo.InvariantCulture));
        for (var i = 0; i < settings.Count; i++)
        {
            yield return (string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_KEY_{i}"), settings[i].Key);
            yield return (string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_VALUE_{i}"), settings[i].Value);
        }
    }
}
