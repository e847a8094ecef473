using System.Globalization;
using Spectre.Console;

namespace Slipway.Cli.Demo;

/// <summary>The demo's live table: a line for each week, and below it what is being done now.</summary>
internal sealed class WeekTable : IDisposable
{
    private const string Header =
        "week     rows  quar.   late  model   Brier     AUC  drift                      decision";

    private readonly bool _live = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;

    public void Begin(string title)
    {
        Console.WriteLine(title);
        Console.WriteLine(Header);
    }

    /// <summary>What is being done now; only where a terminal can take it back.</summary>
    public void Doing(int week, string what)
    {
        if (_live)
            Console.Write($"\r\u001b[2K  week {week}: {what} …");
    }

    public void Add(DemoWeek week)
    {
        if (_live)
            Console.Write("\r\u001b[2K");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{week.Week,4} {week.Rows,8} {week.Quarantined,6} {week.LateRate,6:P1} {Text(week.Champion, "v"),6} {Number(week.Brier),7} {Number(week.Auc),7}  {Drift(week),-26} {Decision(week)}"));
    }

    public void Dispose()
    {
        if (_live)
            Console.Write("\r\u001b[2K");
    }

    private static string Decision(DemoWeek week) => week.Action switch
    {
        "train_promoted" => "retrained, promoted: " + week.Reason,
        "train_rejected" => "retrained, rejected: " + week.Reason,
        _ => week.Reason ?? "",
    };

    private static string Drift(DemoWeek week) =>
        week.Champion is null ? "" : week.Drifted.Count == 0 ? "none" : string.Join(", ", week.Drifted);

    private static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";

    private static string Text(int? value, string prefix) => value is { } number ? prefix + number.ToString(CultureInfo.InvariantCulture) : "";
}
