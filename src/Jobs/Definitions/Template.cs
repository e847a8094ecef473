using System.Text;

namespace Slipway.Jobs.Definitions;

/// <summary>A piece of a <see cref="Template"/>: exactly one of the two is set.</summary>
internal sealed record TemplatePart(string? Text, Expression? Expression);

/// <summary>Text with <c>${{…}}</c> in it.</summary>
internal sealed record Template(IReadOnlyList<TemplatePart> Parts)
{
    public static Template Literal(string text) => new([new TemplatePart(text, null)]);

    public IEnumerable<Expression> Expressions => Parts.Where(part => part.Expression is not null).Select(part => part.Expression!);

    /// <summary>The expression that is all of it, or null when there is text beside it or none at all.</summary>
    public Expression? Whole => Parts is [{ Expression: { } only }] ? only : null;

    public bool IsLiteral => Parts.All(part => part.Expression is null);

    /// <summary>The text with each expression replaced by its value; a null value stands for nothing.</summary>
    public string Fill(Func<Expression, string?> valueOf)
    {
        var filled = new StringBuilder();
        foreach (var part in Parts)
            filled.Append(part.Text ?? valueOf(part.Expression!));
        return filled.ToString();
    }

    public override string ToString() => string.Concat(Parts.Select(part => part.Text ?? part.Expression!.ToString()));
}
