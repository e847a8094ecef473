namespace Slipway.Jobs.Contracts;

/// <summary>What an edit does at its path.</summary>
public enum EditKind
{
    Set,
    Add,
    Remove,
}

/// <summary>A change of a definition before it is read.</summary>
/// <param name="Text">"inputs.rate=0.1"; of a removal the path alone.</param>
/// <param name="Said">What the user wrote, for messages: "--set inputs.rate=0.1", or "--version".</param>
public sealed record DefinitionEdit(string Text, string Said)
{
    private const int Shown = 80;

    public EditKind Kind { get; init; }

    /// <summary>The value is text, whatever it looks like.</summary>
    public bool IsText { get; init; }

    /// <summary>The first part of the path.</summary>
    public string Field => Text.Split('.', '=', '[')[0];

    /// <summary>As <c>--set</c> takes it.</summary>
    public static DefinitionEdit Set(string text) => new(text, Saying("--set", text));

    /// <summary>As <c>--add</c> takes it: the value goes to the end of a list, or into a mapping.</summary>
    public static DefinitionEdit Add(string text) => new(text, Saying("--add", text)) { Kind = EditKind.Add };

    /// <param name="path">As <c>--remove</c> takes it.</param>
    public static DefinitionEdit Remove(string path) => new(path, Saying("--remove", path)) { Kind = EditKind.Remove };

    public static implicit operator DefinitionEdit(string text) => Set(text);

    /// <summary>An option that stands for one field; none when it was not given. "auth_mode" is said by --auth-mode.</summary>
    public static IEnumerable<DefinitionEdit> Option(string field, string? value) =>
        value is null ? [] : [new DefinitionEdit($"{field}={value}", $"--{field.Replace('_', '-')}")];

    private static string Saying(string option, string text) => $"{option} {(text.Length <= Shown ? text : text[..Shown] + "…")}";
}
