using Slipway.Jobs.Contracts;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Tables of the step kinds that modules register.</summary>
internal static class OwnKinds
{
    private static readonly string[] s_builtIn = ["command", "pipeline", "sweep", "parallel", "automl", "spark"];

    public static JobTables Tables(IEnumerable<IStepKind> kinds) =>
        new(kinds.Where(kind => !s_builtIn.Contains(kind.Name)).OrderBy(kind => kind.Name, StringComparer.Ordinal).Select(Table));

    private static KindTable Table(IStepKind kind) =>
        new(kind.Name, scope => [.. kind.Fields.Select(known => F(known.Name, Shape(known.Type, scope | ExpressionScope.Own), known.Description))])
        {
            Required = [.. kind.Fields.Where(known => known.Required).Select(known => known.Name)],
            IsOwn = true,
        };

    private static Shape Shape(FieldType type, ExpressionScope scope) => type switch
    {
        FieldType.Number => new NumberShape { Scope = scope },
        FieldType.Integer => new NumberShape { IsInteger = true, Scope = scope },
        FieldType.Boolean => new BooleanShape { Scope = scope },
        FieldType.List => new ListShape(new AnyShape { Scope = scope }) { AllowsSingle = true },
        FieldType.Map => new MapShape(new AnyShape { Scope = scope }),
        FieldType.File => Reference(ReferenceUse.File),
        _ => TextWith(scope),
    };
}
