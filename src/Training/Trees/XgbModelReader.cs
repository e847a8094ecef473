using System.Globalization;
using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Training.Trees;

/// <summary>
/// Reads the JSON that XGBoost saves: <c>{"learner": {"gradient_booster": {"name": "gbtree", "model": {"trees": […],
/// "tree_info": […]}}, "learner_model_param": {…}, "objective": {"name": …}}, "version": [1, 7, 4]}</c>.
/// </summary>
internal static class XgbModelReader
{
    public static XgbModel Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return ReadLearner(document.RootElement.GetProperty("learner"));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or IndexOutOfRangeException)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter,
                $"This is not an XGBoost model in JSON: {exception.Message} Save it with SaveJson or save_model('….json').",
                exception);
        }
    }

    private static XgbModel ReadLearner(JsonElement learner)
    {
        var booster = learner.GetProperty("gradient_booster");
        var kind = booster.GetProperty("name").GetString();
        if (kind != "gbtree")
            throw SlipwayException.Invalid($"A model of the booster '{kind}' cannot be read; train it with booster 'gbtree'.");

        var parameters = learner.GetProperty("learner_model_param");
        if (parameters.TryGetProperty("num_target", out var targets) && targets.GetString() is not ("0" or "1"))
            throw SlipwayException.Invalid("A model of several targets cannot be read; train one model for each.");

        var model = booster.GetProperty("model");
        var targetOfTree = Ints(model.GetProperty("tree_info"));
        return new XgbModel
        {
            Objective = XgbObjective.Parse(learner.GetProperty("objective").GetProperty("name").GetString() ?? ""),
            // Later versions write "[5E-1]".
            BaseScore = float.Parse(Text(parameters, "base_score").Trim('[', ']'), CultureInfo.InvariantCulture),
            Targets = Math.Max(1, int.Parse(Text(parameters, "num_class"), CultureInfo.InvariantCulture)),
            FeatureCount = int.Parse(Text(parameters, "num_feature"), CultureInfo.InvariantCulture),
            FeatureNames = learner.TryGetProperty("feature_names", out var names)
                ? [.. names.EnumerateArray().Select(name => name.GetString() ?? "")]
                : [],
            Trees = [.. model.GetProperty("trees").EnumerateArray().Select((tree, i) => ReadTree(tree, targetOfTree[i]))],
        };
    }

    private static XgbTree ReadTree(JsonElement tree, int target)
    {
        if (tree.TryGetProperty("split_type", out var types) && Ints(types).Contains(1))
        {
            throw SlipwayException.Invalid(
                "A tree splits a feature by sets of categories, which cannot be exported; give categories as ordinal or target codes.");
        }

        return Checked(new XgbTree
        {
            Target = target,
            Left = Ints(tree.GetProperty("left_children")),
            Right = Ints(tree.GetProperty("right_children")),
            Feature = Ints(tree.GetProperty("split_indices")),
            Condition = [.. tree.GetProperty("split_conditions").EnumerateArray().Select(value => value.GetSingle())],
            DefaultLeft = [.. tree.GetProperty("default_left").EnumerateArray().Select(IsTrue)],
        });
    }

    private static XgbTree Checked(XgbTree tree)
    {
        var count = tree.Left.Length;
        if (tree.Right.Length != count || tree.Feature.Length != count
            || tree.Condition.Length != count || tree.DefaultLeft.Length != count)
        {
            throw new FormatException("A tree's arrays differ in length.");
        }

        tree.Reachable();
        return tree;
    }

    private static string Text(JsonElement parameters, string name) =>
        parameters.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null.");

    private static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];

    // Version 1.7 writes 0 and 1, others true and false.
    private static bool IsTrue(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetInt32() != 0 : value.GetBoolean();
}
