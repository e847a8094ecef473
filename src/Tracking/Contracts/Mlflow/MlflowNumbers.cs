using System.Globalization;
using System.Text.Json;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>Doubles as MLflow's JSON has them: NaN and infinities are strings.</summary>
public static class MlflowNumbers
{
    public static bool TryParse(string? text, out double number)
    {
        switch (text)
        {
            case "NaN" or "nan":
                number = double.NaN;
                return true;
            case "Infinity" or "inf":
                number = double.PositiveInfinity;
                return true;
            case "-Infinity" or "-inf":
                number = double.NegativeInfinity;
                return true;
            default:
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
                    && double.IsFinite(number);
        }
    }

    public static void WriteMlflowDouble(this Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
            writer.WriteNumber(name, value);
        else
            writer.WriteString(name, double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }
}
