using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>max_results within the limits of a search.</summary>
public static class PageSize
{
    /// <param name="default">0: the field has to be there.</param>
    public static int Of(MlflowFields fields, int @default, int most)
    {
        var size = fields.WholeNumber("max_results") ?? @default;
        if (size < 1)
        {
            throw SlipwayException.Invalid(
                $"Invalid value {size} for parameter 'max_results' supplied: It must be a number from 1 to {most}.");
        }

        if (size > most)
        {
            throw SlipwayException.Invalid(
                $"Invalid value {size} for parameter 'max_results' supplied: It must be at most {most}; ask for the rest with page_token.");
        }

        return (int)size;
    }
}
