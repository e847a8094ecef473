using System.Globalization;
using Slipway.Kernel;
using Slipway.Training.Tables;
using Slipway.Training.Trees;

namespace Slipway.Training.Steps;

/// <summary>Looks whether the label is what the objective learns.</summary>
internal static class LabelCheck
{
    private const int MaxClasses = 1000;

    /// <summary>The number of classes of a multi-class objective, otherwise null.</summary>
    public static int? Run(TrainingRows rows, XgboostFields fields)
    {
        if (rows.Count == 0)
        {
            throw SlipwayException.Invalid(
                $"There are no rows with a label{(fields.Where is null ? "" : $" where {fields.Where}")}; nothing can be learned.");
        }

        if (fields.Objective.Link == XgbLink.Logistic)
            CheckBinary(fields.Label, rows.Label, mayLieBetween: fields.Objective.Name == "reg:logistic");
        if (fields.Objective.Link != XgbLink.Softmax)
            return null;

        var highest = rows.Label.Max();
        if (rows.Label.FirstOrDefault(value => value < 0 || value != MathF.Floor(value) || !(highest < MaxClasses), -1f) is var wrong and not -1f)
            throw SlipwayException.Invalid($"The label '{fields.Label}' has the value {Text(wrong)}; {fields.Objective.Name} learns classes 0, 1, 2 … below {MaxClasses}.");
        return (int)highest + 1;
    }

    private static void CheckBinary(string label, float[] values, bool mayLieBetween)
    {
        var ones = 0;
        foreach (var value in values)
        {
            if (value is not (0 or 1) && !(mayLieBetween && value is > 0 and < 1))
                throw SlipwayException.Invalid($"The label '{label}' has the value {Text(value)}; make it 0 and 1 in the step before, or choose another objective.");
            ones += value == 1 ? 1 : 0;
        }

        if (!mayLieBetween && (ones == 0 || ones == values.Length))
            throw SlipwayException.Invalid($"The label '{label}' is {(ones == 0 ? 0 : 1)} in all {values.Length} rows; two classes are needed to learn from.");
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
