namespace Testbed.Bench;

/// <summary>
/// How much longer one thing takes than another: the median and the quartiles of the ratios of pairs that ran one right
/// after the other. A busy machine slows both sides of a pair, so the ratio holds where times do not.
/// </summary>
/// <param name="Median">The median.</param>
/// <param name="LowerQuartile">A quarter of the pairs have less.</param>
/// <param name="UpperQuartile">A quarter of the pairs have more.</param>
/// <param name="First">The median time of the first, in nanoseconds.</param>
/// <param name="Second">The median time of the second, in nanoseconds.</param>
internal sealed record PairedRatio(
    double Median, double LowerQuartile, double UpperQuartile, double First, double Second)
{
    /// <summary>Runs both by turns.</summary>
    /// <param name="pairs">How many times.</param>
    /// <param name="first">Runs the first and returns its time in nanoseconds.</param>
    /// <param name="second">Runs the second and returns its time in nanoseconds.</param>
    internal static PairedRatio Measure(int pairs, Func<double> first, Func<double> second)
    {
        var firstTimes = new double[pairs];
        var secondTimes = new double[pairs];
        var ratios = new double[pairs];
        for (int i = 0; i < pairs; i++)
        {
            // Whoever goes second finds other caches, so they take turns at that too.
            if (i % 2 == 0)
            {
                firstTimes[i] = first();
                secondTimes[i] = second();
            }
            else
            {
                secondTimes[i] = second();
                firstTimes[i] = first();
            }

            ratios[i] = firstTimes[i] / secondTimes[i];
        }

        return new PairedRatio(
            Quantile(ratios, 0.5),
            Quantile(ratios, 0.25),
            Quantile(ratios, 0.75),
            Quantile(firstTimes, 0.5),
            Quantile(secondTimes, 0.5));
    }

    private static double Quantile(double[] values, double part)
    {
        Array.Sort(values);
        double place = part * (values.Length - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, values.Length - 1);
        return values[below] + ((values[above] - values[below]) * (place - below));
    }
}
