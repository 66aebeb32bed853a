using System.Globalization;

namespace Testbed.Bugs;

/// <summary>Sources that are compiled beside those of the collector when it is weakened.</summary>
internal static class WeakenedSource
{
    /// <summary>What stands in place of the seam where an operation is to be split.</summary>
    public const string SplitOperations = "global::Testbed.Collector.Split<TSync>";

    /// <summary>The type that counts how often operations are reached.</summary>
    public const string CounterType = "Testbed.Collector.Reached";

    /// <summary>Its array, a number an operation.</summary>
    public const string Counters = "Counts";

    /// <summary>
    /// The operations that are not atomic. Reads and writes keep their order: what is tried is whether the operation
    /// must be one step, and not what the volatile ones are tried for.
    /// </summary>
    public const string Split =
        """
        using System.Numerics;
        using System.Runtime.CompilerServices;
        using Testbed.Sync;

        namespace Testbed.Collector;

        internal static unsafe class Split<TSync>
            where TSync : struct, ISync
        {
            public static T CompareExchange<T>(
                T* location, T value, T comparand, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
                where T : unmanaged
            {
                T seen = TSync.VolatileRead(location, file, line);
                if (EqualityComparer<T>.Default.Equals(seen, comparand))
                {
                    TSync.VolatileWrite(location, value, file, line);
                }

                return seen;
            }

            public static T* CompareExchange<T>(
                T** location, T* value, T* comparand, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
                where T : unmanaged
                => (T*)CompareExchange((nint*)location, (nint)value, (nint)comparand, file, line);

            public static T Exchange<T>(
                T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
                where T : unmanaged
            {
                T seen = TSync.VolatileRead(location, file, line);
                TSync.VolatileWrite(location, value, file, line);
                return seen;
            }

            public static T Add<T>(
                T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
                where T : unmanaged, IBinaryInteger<T>
            {
                T sum = unchecked(TSync.VolatileRead(location, file, line) + value);
                TSync.VolatileWrite(location, sum, file, line);
                return sum;
            }

            public static T Or<T>(
                T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
                where T : unmanaged, IBinaryInteger<T>
            {
                T seen = TSync.VolatileRead(location, file, line);
                TSync.VolatileWrite(location, seen | value, file, line);
                return seen;
            }

            public static T And<T>(
                T* location, T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
                where T : unmanaged, IBinaryInteger<T>
            {
                T seen = TSync.VolatileRead(location, file, line);
                TSync.VolatileWrite(location, seen & value, file, line);
                return seen;
            }

            public static T Then<T>(T looked, Action update)
            {
                update();
                return looked;
            }
        }
        """;

    /// <summary>The counters of operations, which an operation's first argument passes through.</summary>
    /// <param name="operations">How many operations there are.</param>
    public static string Reached(int operations)
        => $$"""
        namespace Testbed.Collector;

        internal static unsafe class Reached
        {
            public static readonly long[] {{Counters}} = new long[{{operations.ToString(CultureInfo.InvariantCulture)}}];

            public static T At<T>(int operation, T value)
            {
                {{Counters}}[operation]++;
                return value;
            }

            public static T* At<T>(int operation, T* value)
                where T : unmanaged
            {
                {{Counters}}[operation]++;
                return value;
            }

            public static T** At<T>(int operation, T** value)
                where T : unmanaged
            {
                {{Counters}}[operation]++;
                return value;
            }
        }
        """;
}
