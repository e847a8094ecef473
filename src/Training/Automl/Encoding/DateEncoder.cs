using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Encoding;

/// <summary>The parts of a date that differ among the rows that it was fitted on.</summary>
internal sealed record DateEncoder(string Column, IReadOnlyList<string> Parts) : Encoder
{
    private const string Elapsed = "days";

    private static readonly string[] s_parts = ["year", "month", "day", "weekday", "day of year", "hour", "minute", Elapsed];

    public override string Name => Column;

    public override IReadOnlyList<string> Features => [.. Parts.Select(part => $"{part} of {Column}")];

    public static DateEncoder Fit(string column, AutomlRows rows)
    {
        var all = new DateEncoder(column, s_parts);
        var differing = all.Encode(rows).Zip(s_parts)
            .Where(pair => pair.First.Where(value => !float.IsNaN(value)).Distinct().Take(2).Count() > 1)
            .Select(pair => pair.Second)
            .ToList();
        return all with { Parts = differing.Count > 0 ? differing : [Elapsed] };
    }

    public override float[][] Encode(AutomlRows rows)
    {
        var encoded = Parts.Select(_ => new float[rows.Count]).ToArray();
        var instants = rows.Column(Column).Instants!.Value.Span;
        for (var row = 0; row < instants.Length; row++)
        {
            var parts = CalendarParts<double>.Of(NumberArithmetic.Instance, instants[row]);
            for (var at = 0; at < encoded.Length; at++)
                encoded[at][row] = (float)Pick(NumberArithmetic.Instance, parts, instants[row], Parts[at]);
        }

        return encoded;
    }

    public override string AddTo(RawInputs inputs)
    {
        var arithmetic = new GraphArithmetic(inputs.Graph);
        var parts = CalendarParts<string>.Of(arithmetic, Column);
        return inputs.Graph.Cast(
            inputs.Joined([.. Parts.Select(part => Pick(arithmetic, parts, Column, part))]), TensorProto.Types.DataType.Float);
    }

    private static T Pick<T>(IArithmetic<T> by, CalendarParts<T> parts, T micros, string part) => part switch
    {
        "year" => parts.Year,
        "month" => parts.Month,
        "day" => parts.Day,
        "weekday" => parts.Weekday,
        "day of year" => parts.DayOfYear,
        "hour" => parts.Hour,
        "minute" => parts.Minute,
        _ => by.Floor(by.Divide(micros, by.Constant(86_400e6))),
    };
}
