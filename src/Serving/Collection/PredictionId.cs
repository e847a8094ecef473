using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Serving.Collection;

/// <summary>The id of an answer: the request's id and the row in it, "0198….17".</summary>
internal readonly record struct PredictionId(string Request, int Row)
{
    public static PredictionId Parse(string text)
    {
        var point = text.LastIndexOf('.');
        return point > 0 && int.TryParse(text.AsSpan(point + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? new PredictionId(text[..point], row)
            : throw SlipwayException.Invalid(
                $"'{(text.Length <= 80 ? text : text[..77] + "...")}' is not the id of a prediction: the request's id, a point, and the row from 0 on.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Request}.{Row}");
}
