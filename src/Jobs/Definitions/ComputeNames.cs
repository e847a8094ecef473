namespace Slipway.Jobs.Definitions;

internal static class ComputeNames
{
    /// <summary>The compute without azureml: before it; null for nothing. serverless stays serverless.</summary>
    public static Template? Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (ExpressionReader.HasExpression(text))
            return ExpressionReader.Read(text, _ => { });
        return Template.Literal(ReferenceReader.Read(text, ReferenceUse.Compute, "", out _) is Named named ? named.Name : text);
    }
}
