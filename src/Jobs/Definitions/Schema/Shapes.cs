using System.Text.RegularExpressions;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Short words for the tables of fields.</summary>
internal static class Shapes
{
    public static Shape Any { get; } = new AnyShape();

    public static Shape Flag { get; } = new BooleanShape();

    public static Shape Text { get; } = new TextShape();

    public static Shape TextMap { get; } = new MapShape(Text);

    public static Shape TextList { get; } = new ListShape(Text) { AllowsSingle = true };

    public static Field F(string name, Shape shape, string description) => new(name, shape, description);

    public static Field Required(string name, Shape shape, string description) => new(name, shape, description) { Required = true };

    public static Shape TextWith(ExpressionScope scope) => new TextShape { Scope = scope };

    public static Shape Matching(Regex pattern, string explanation) => new TextShape { Pattern = pattern, Explanation = explanation };

    public static Shape Choice(params string[] values) => new ChoiceShape(values);

    public static Shape Integer(double? min = null, double? max = null, ExpressionScope scope = ExpressionScope.None) =>
        new NumberShape { IsInteger = true, Min = min, Max = max, Scope = scope };

    public static Shape Number(double? min = null, double? max = null) => new NumberShape { Min = min, Max = max };

    public static Shape Reference(ReferenceUse use, ExpressionScope scope = ExpressionScope.None) => new ReferenceShape(use) { Scope = scope };

    public static Shape List(Shape item) => new ListShape(item);

    public static Shape OneOrMore(Shape item) => new ListShape(item) { AllowsSingle = true };

    public static Shape Map(Shape value) => new MapShape(value);

    public static ObjectShape Object(string noun, params Field[] fields) => new(noun, fields);
}
