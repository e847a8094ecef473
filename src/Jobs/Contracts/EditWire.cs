using Slipway.Kernel;

namespace Slipway.Jobs.Contracts;

/// <summary>An edit as it is sent to a server that has the definition; one of the three is said.</summary>
/// <param name="Set">As <c>--set</c>: "description=Better words.", "trigger.expression=0 6 * * *".</param>
/// <param name="Add">As <c>--add</c>, the value goes to the end of a list or into a mapping: "tags={\"team\":\"risk\"}".</param>
/// <param name="Remove">As <c>--remove</c>, a path: "tags.team".</param>
/// <param name="AsText">The value is text, whatever it looks like.</param>
public sealed record EditWire(string? Set = null, string? Add = null, string? Remove = null, bool AsText = false)
{
    public static IReadOnlyList<DefinitionEdit> Read(IReadOnlyList<EditWire?> edits)
    {
        if (edits.Count == 0)
            throw SlipwayException.Invalid("edits is empty: say what is to change.");
        return [.. edits.Select(edit => edit?.Read() ?? throw SlipwayException.Invalid("edits has a null; an edit has set, add or remove."))];
    }

    private DefinitionEdit Read() => (Set, Add, Remove) switch
    {
        ({ } set, null, null) => DefinitionEdit.Set(set) with { IsText = AsText },
        (null, { } add, null) => DefinitionEdit.Add(add) with { IsText = AsText },
        (null, null, { } remove) => DefinitionEdit.Remove(remove),
        _ => throw SlipwayException.Invalid("""edits: each has one of set, add and remove, for example {"set":"description=Better words."}."""),
    };
}
