using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Tracking.Import;

/// <summary>Where imported artifacts are: in this server's store, or where they always were when that is no folder of a disk.</summary>
internal static partial class ImportedPlace
{
    private const int Longest = 2048;

    /// <param name="given">The URI of the source; null: its files are brought into this store.</param>
    public static string Of(string? given, string own)
    {
        if (given is null)
            return own;
        if (given.Length > Longest || !Remote().IsMatch(given) || given.Split('/', '?', '#', '\\').Contains(".."))
        {
            throw SlipwayException.Invalid(
                $"artifactUri '{given[..Math.Min(given.Length, 100)]}' is not the address of a store elsewhere (s3://…); leave it out for this server's store.");
        }

        return given.TrimEnd('/');
    }

    [GeneratedRegex(@"\A(?!file:|mlflow-artifacts:|runs:|models:)[a-z][a-z0-9+.\-]+://[^\0\s]+\z", RegexOptions.IgnoreCase)]
    private static partial Regex Remote();
}
