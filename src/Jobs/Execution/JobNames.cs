using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>Names of jobs: letters, digits, '-' and '_', up to 255; generated ones can be said aloud.</summary>
internal static partial class JobNames
{
    private static readonly string[] s_first =
        ["amber", "brisk", "calm", "dapper", "eager", "frosty", "gentle", "hardy", "jolly", "keen", "lively", "merry", "nimble", "quiet", "sturdy", "witty"];

    private static readonly string[] s_second =
        ["anchor", "beacon", "buoy", "canoe", "dock", "ferry", "gull", "harbor", "jetty", "keel", "lagoon", "mast", "oar", "pier", "rudder", "sail"];

    public static string Next() =>
        $"{Any(s_first)}_{Any(s_second)}_{RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 10)}";

    public static string Check(string name) => Pattern().IsMatch(name)
        ? name
        : throw SlipwayException.Invalid(
            $"'{(name.Length <= 64 ? name : name[..61] + "...")}' is not a job name: 1 to 255 letters, digits, '-' and '_', a letter or digit first.");

    private static string Any(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,254}\z")]
    private static partial Regex Pattern();
}
