namespace Slipway.Jobs.Definitions.Schema;

/// <summary>The fields that a kind of job and step has beside the common ones.</summary>
/// <param name="Name">As in <c>type:</c>.</param>
/// <param name="Fields">Made for the expressions that are allowed beside those of each field (steps allow parent.inputs).</param>
internal sealed record KindTable(string Name, Func<ExpressionScope, IReadOnlyList<Field>> Fields)
{
    public string Noun { get; init; } = Name[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? $"an {Name}" : $"a {Name}";

    /// <summary>Required where no component brings them.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>What a component brings, and a step must not bring as well.</summary>
    public IReadOnlyList<string> Defining { get; init; } = [];

    public IReadOnlyList<Rule> Rules { get; init; } = [];

    public bool IsJob { get; init; } = true;

    public bool IsComponent { get; init; } = true;

    /// <summary>True: its limits say what is made, not how long a process may take, and so are a setting like any other.</summary>
    public bool HasOwnLimits { get; init; }

    /// <summary>True: a kind of ours, of which Azure ML does not know; nothing unknown is let through.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The kind's own fields, without expressions beside those of each field.</summary>
    public IReadOnlyList<Field> Own { get; } = Fields(ExpressionScope.None);

    public IEnumerable<string> FieldNames => Own.Select(known => known.Name);
}
