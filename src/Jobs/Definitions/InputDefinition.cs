using System.Collections.Frozen;

namespace Slipway.Jobs.Definitions;

/// <summary>What an input is given.</summary>
internal abstract record InputValue;

/// <summary>Text, already brought to the declared type (booleans as True and False), perhaps with <c>${{parent.inputs.x}}</c> in it.</summary>
internal sealed record LiteralValue(Template Text) : InputValue;

/// <summary>Content from outside of the job.</summary>
internal sealed record DataValue(Reference Reference) : InputValue;

/// <summary>The whole of a pipeline's input, or a step's output or input.</summary>
internal sealed record BoundValue(Expression Expression) : InputValue;

/// <summary>An input of a pipeline or step: its declaration, merged with what it was given.</summary>
internal sealed record InputDefinition
{
    public static FrozenSet<string> LiteralTypes { get; } =
        FrozenSet.ToFrozenSet(["string", "integer", "number", "boolean"], StringComparer.Ordinal);

    public required string Name { get; init; }

    /// <summary>
    /// string, integer, number, boolean, uri_file, uri_folder, mltable, mlflow_model, custom_model or triton_model: the
    /// given value's own type where it has one, else the declared one. Null: not declared (a binding in an inline step);
    /// then the type of what it is bound to counts.
    /// </summary>
    public required string? Type { get; init; }

    /// <summary>ro_mount, download, direct, eval_mount or eval_download; null is ro_mount.</summary>
    public string? Mode { get; init; }

    public bool Optional { get; init; }

    /// <summary>Null: not given, and without default.</summary>
    public required InputValue? Value { get; init; }

    public required Place Place { get; init; }

    public bool IsLiteral => Value is LiteralValue || (Type is not null && LiteralTypes.Contains(Type));
}
