namespace Slipway.Jobs.Contracts;

/// <summary>A change of a definition before it is read.</summary>
/// <param name="Text">"inputs.rate=0.1".</param>
/// <param name="Said">What the user wrote, for messages: "--set inputs.rate=0.1", or "--version".</param>
public sealed record DefinitionEdit(string Text, string Said)
{
    private const int Shown = 80;

    /// <summary>As <c>--set</c> takes it.</summary>
    public static DefinitionEdit Set(string text) => new(text, $"--set {(text.Length <= Shown ? text : text[..Shown] + "…")}");

    public static implicit operator DefinitionEdit(string text) => Set(text);

    /// <summary>An option that stands for one field; none when it was not given. "auth_mode" is said by --auth-mode.</summary>
    public static IEnumerable<DefinitionEdit> Option(string field, string? value) =>
        value is null ? [] : [new DefinitionEdit($"{field}={value}", $"--{field.Replace('_', '-')}")];
}
