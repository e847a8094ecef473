using Slipway.Training.Automl.Tables;
using Slipway.Training.Features;

namespace Slipway.Training.Automl.Encoding;

/// <summary>Another encoder, of a column whose missing texts are taken for a category that is known.</summary>
internal sealed record FilledEncoder(Encoder Inner, string Column, string Text) : Encoder
{
    public override string Name => Inner.Name;

    public override IReadOnlyList<string> Features => Inner.Features;

    public override float[][] Encode(AutomlRows rows) => Inner.Encode(Fill(rows, Column, Text));

    public override float[][] EncodeOwn(AutomlRows rows) => Inner.EncodeOwn(Fill(rows, Column, Text));

    public override string AddTo(RawInputs inputs) => Inner.AddTo(inputs.Filled(Column, Text));

    public static AutomlRows Fill(AutomlRows rows, string column, string text) => rows with
    {
        Columns = [.. rows.Columns.Select(own => own.Name == column
            ? FeatureColumn.Of(column, [.. own.Texts!.Select(known => string.IsNullOrEmpty(known) ? text : known)])
            : own)],
    };
}
