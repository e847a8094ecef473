using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Serving.Online;

/// <summary>Names of endpoints and deployments, as Azure ML allows them: they stand in addresses.</summary>
internal static partial class ServingName
{
    /// <param name="what">"an endpoint's name", "a deployment's name": for the message.</param>
    public static string Check(string what, string name) => Pattern().IsMatch(name)
        ? name
        : throw SlipwayException.Invalid(
            $"'{(name.Length <= 64 ? name : name[..61] + "...")}' is not {what}: 1 to 63 letters, digits and '-', a letter first, no '-' last.");

    [GeneratedRegex(@"\A[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex Pattern();
}
