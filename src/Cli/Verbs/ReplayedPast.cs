using System.CommandLine;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Verbs;

/// <summary>The options of backtests over what was kept: which time, and when something is known to have been wrong.</summary>
internal sealed class ReplayedPast
{
    private readonly Option<DateTimeOffset?> _from = new("--from") { Description = "Begin of the time to look at. Default: all that was kept." };
    private readonly Option<DateTimeOffset?> _to = new("--to") { Description = "Its end." };
    private readonly Option<string[]> _wrong = new("--wrong")
    {
        Description = "When something is known to have been wrong, TIME or FROM/TO (several: repeat it): detections and delays are told, and what is found outside is false.",
    };

    public IReadOnlyList<Option> Options => [_from, _to, _wrong];

    public void AddTo(JsonObject body, ParseResult parsed)
    {
        body["from"] = parsed.GetValue(_from);
        body["to"] = parsed.GetValue(_to);
        body["wrong"] = new JsonArray([.. (parsed.GetValue(_wrong) ?? []).Select(time => JsonValue.Create(time))]);
    }
}
