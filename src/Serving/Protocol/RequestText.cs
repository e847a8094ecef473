using System.Text.Json;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Protocol;

/// <summary>Texts, flags and names of tensors in the JSON of a request, or one sentence that says what they are instead.</summary>
internal static class RequestText
{
    /// <summary>The value that follows a name.</summary>
    public static bool Flag(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? reader.TokenType == JsonTokenType.True
            : throw SlipwayException.Invalid($"'{name}' is neither true nor false.");
    }

    public static int Find(ref Utf8JsonReader reader, TensorPlan[] plans, string what, int guess = 0)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw SlipwayException.Invalid($"The 'name' of an {what} is not a text.");
        if (guess < plans.Length && reader.ValueTextEquals(plans[guess].Utf8Name))
            return guess;
        for (var i = 0; i < plans.Length; i++)
        {
            if (reader.ValueTextEquals(plans[i].Utf8Name))
                return i;
        }

        var name = Shorten(Text(ref reader, $"The name of an {what}"));
        throw SlipwayException.Invalid(
            $"The model has no {what} '{name}'.{Nearest.Hint(name, plans.Select(plan => plan.Name))} It has: {Names(plans)}.");
    }

    public static string Text(ref Utf8JsonReader reader, string what)
    {
        try
        {
            return reader.TokenType == JsonTokenType.String
                ? reader.GetString()!
                : throw SlipwayException.Invalid($"{what} is not a text.");
        }
        catch (InvalidOperationException exception)
        {
            // "\ud800": half of a character.
            throw new SlipwayException(ErrorCode.InvalidParameter, $"{what} is no Unicode text.", exception);
        }
    }

    public static string Shorten(string text) => text.Length <= 64 ? text : text[..61] + "...";

    public static string Names(TensorPlan[] plans) => string.Join(", ", plans.Take(32).Select(plan => plan.ToString()));
}
