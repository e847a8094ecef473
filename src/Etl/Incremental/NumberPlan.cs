using System.Globalization;
using Slipway.Etl.Contracts;
using Slipway.Etl.Steps;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>
/// By the watermark of a column of whole numbers that grow, such as an identity key: each window begins where the last one ended, and
/// ends where its job finds the greatest number.
/// </summary>
internal sealed record NumberPlan : WindowPlan
{
    /// <summary>How many of the greatest numbers are left to the next window, since rows may be committed out of order.</summary>
    public required long Delay { get; init; }

    public override bool IsByWatermark => true;

    public override bool IsOpenEnded => true;

    public static NumberPlan Of(SettingMap map)
    {
        if (map.List("depends_on").Count > 0)
            throw SlipwayException.Invalid($"{DataflowFile.Field}.depends_on matches windows by their time, and this dataflow goes by whole numbers, since start is one.");
        return new NumberPlan
        {
            Column = map.Text("column"),
            StartAt = Number(map, "start", long.MinValue)!.Value,
            EndAt = Number(map, "end", long.MinValue),
            Every = EveryOf(map),
            Delay = Number(map, "delay", 0) ?? 0,
            Concurrency = map.Number("concurrency", 1, 1, 1),
            DependsOn = [],
            IsAutomatic = IsAutomaticIn(map),
        };
    }

    public override IReadOnlyList<Stretch> Due(DateTimeOffset? from, DateTimeOffset? to, long? last, DateTimeOffset now)
    {
        var next = last ?? StartAt;
        return next >= EndAt ? [] : [new Stretch(next, next)];
    }

    public override DateTimeOffset? Next(DateTimeOffset now) => IsAutomatic ? now + (Every ?? Look) : null;

    public override string Text(long at) => at.ToString(CultureInfo.InvariantCulture);

    public override string Mark(long at) => Text(at);

    public override IReadOnlyDictionary<string, string> Bounds(Stretch window)
    {
        var bounds = new Dictionary<string, string> { ["from"] = Text(window.From) };
        if (EndAt is { } end)
            bounds["to"] = Text(end);
        if (Delay > 0)
            bounds["delay"] = Text(Delay);
        return bounds;
    }

    private static long? Number(SettingMap map, string field, long least)
    {
        if (map.Text(field) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw map.Wrong(field, $"start is a whole number, so this is one too, {(least == 0 ? "from 0 on" : "of 64 bits")}");
    }
}
