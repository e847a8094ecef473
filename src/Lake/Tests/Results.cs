using System.Globalization;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Tests;

/// <summary>Judges what was counted, and says it in a sentence.</summary>
internal static class Results
{
    // 1 − 0.98 is a little more than 0.02 in binary.
    private const double Rounding = 1e-12;

    public static ExpectationResult OfRows(Expectation expected, long evaluated, long failed)
    {
        var share = evaluated == 0 ? 0 : (double)failed / evaluated;
        var allowed = 1 - (expected.Mostly ?? 1);
        var passed = share <= allowed + Rounding;
        var what = string.Create(
            CultureInfo.InvariantCulture, $"{expected.Name} fails on {failed:N0} of {evaluated:N0} rows ({share * 100:0.###} %)");
        return Of(expected, evaluated, failed, share, passed, failed == 0
            ? $"{expected.Name} holds."
            : string.Create(CultureInfo.InvariantCulture, $"{what}; {allowed * 100:0.###} % may."));
    }

    public static ExpectationResult OfTable(Expectation expected, string? failure, double? value = null) => Of(
        expected, 1, failure is null ? 0 : 1, failure is null ? 0 : 1, failure is null,
        failure is null ? $"{expected.Name} holds." : $"{expected.Name} fails: {failure}.") with
    { Value = value };

    private static ExpectationResult Of(
        Expectation expected, long evaluated, long failed, double share, bool passed, string message) => new()
        {
            Name = expected.Name,
            Expect = expected.Kind,
            Severity = expected.IsWarning ? "warn" : "error",
            OnFail = expected.OnFail.ToString().ToLowerInvariant(),
            Evaluated = evaluated,
            Failed = failed,
            Share = share,
            Passed = passed,
            Blocks = !passed && expected.MayBlock,
            Message = message,
        };
}
