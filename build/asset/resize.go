package asset

import (
	"image"
	"math"
)

// Resizing is by hand, in whole numbers: the packages at hand (golang.org/x/image/draw) calculate in floating point, and
// compilers for some processors fuse its operations, so that the same picture would have other bytes, and for caches
// another content under the same name, depending on where the site was built. A page of numbers also takes an eighth
// of the memory, because only the rows that one line of the result needs are kept.

// tap is what one pixel of the result takes from a row or column of the source.
type tap struct {
	from    int     // first pixel of the source
	weights []int32 // their sum is weightOne
}

const (
	weightBits = 14
	weightOne  = 1 << weightBits
	rowBits    = 6 // of a fraction, between the two passes
)

// taps are the weights of a Catmull-Rom spline, widened when the result is smaller, so that every pixel of the source counts.
func taps(from, to int) []tap {
	all := make([]tap, to)
	ratio := float64(from) / float64(to)
	scale := max(ratio, 1)
	for i := range all {
		centre := float64((float64(i)+0.5)*ratio) - 0.5
		reach := float64(2 * scale)
		first := max(int(math.Ceil(centre-reach)), 0)
		last := min(int(math.Floor(centre+reach)), from-1)
		all[i] = weigh(first, last, centre, scale)
	}
	return all
}

// weigh makes whole weights of a spline. What rounding leaves over goes to the middle.
func weigh(first, last int, centre, scale float64) tap {
	raw := make([]float64, last-first+1)
	sum := 0.0
	for i := range raw {
		raw[i] = spline(float64(float64(first+i)-centre) / scale)
		sum += raw[i]
	}
	t := tap{from: first, weights: make([]int32, len(raw))}
	rest, middle := int32(weightOne), 0
	for i, r := range raw {
		t.weights[i] = int32(math.Round(float64(r/sum) * weightOne))
		rest -= t.weights[i]
		if t.weights[i] > t.weights[middle] {
			middle = i
		}
	}
	t.weights[middle] += rest
	return t
}

// spline is Catmull and Rom's. Each product is converted, which keeps compilers from fusing it with a sum.
func spline(x float64) float64 {
	x = math.Abs(x)
	square := float64(x * x)
	cube := float64(square * x)
	switch {
	case x < 1:
		return float64(1.5*cube) - float64(2.5*square) + 1
	case x < 2:
		return float64(-0.5*cube) + float64(2.5*square) - float64(4*x) + 2
	}
	return 0
}

// resize makes a picture of another size. Colours are multiplied by their opacity, as image.RGBA has them.
func resize(src *image.RGBA, width, height int) *image.RGBA {
	bounds := src.Bounds()
	if bounds.Dx() == width && bounds.Dy() == height {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, width, height))
	across, down := taps(bounds.Dx(), width), taps(bounds.Dy(), height)
	longest := 0
	for _, t := range down {
		longest = max(longest, len(t.weights))
	}
	rows := make([][]int32, longest) // of the source at the result's width; row n is at n modulo longest
	for i := range rows {
		rows[i] = make([]int32, 4*width)
	}
	sums := make([]int32, 4*width)
	next := 0
	for y, t := range down {
		for ; next < t.from+len(t.weights); next++ {
			squeeze(rows[next%longest], src.Pix[next*src.Stride:], across)
		}
		clear(sums)
		for i, weight := range t.weights {
			row := rows[(t.from+i)%longest]
			for x := range sums {
				sums[x] += weight * row[x]
			}
		}
		settle(dst.Pix[y*dst.Stride:], sums)
	}
	return dst
}

// squeeze makes one row of the source as wide as the result.
func squeeze(dst []int32, src []byte, across []tap) {
	const shift = weightBits - rowBits
	for x, t := range across {
		var r, g, b, a int32
		pix := src[4*t.from:]
		for i, weight := range t.weights {
			p := pix[4*i : 4*i+4]
			r += weight * int32(p[0])
			g += weight * int32(p[1])
			b += weight * int32(p[2])
			a += weight * int32(p[3])
		}
		dst[4*x], dst[4*x+1], dst[4*x+2], dst[4*x+3] = r>>shift, g>>shift, b>>shift, a>>shift
	}
}

// settle rounds a row of sums to bytes. No colour is stronger than its opacity.
func settle(dst []byte, sums []int32) {
	const shift = weightBits + rowBits
	const half = 1 << (shift - 1)
	for x := 0; x < len(sums); x += 4 {
		a := min(max((sums[x+3]+half)>>shift, 0), 255)
		for c := range 3 {
			dst[x+c] = byte(min(max((sums[x+c]+half)>>shift, 0), a))
		}
		dst[x+3] = byte(a)
	}
}

// turn applies EXIF's orientation: 2 to 4 mirror and turn by half, 5 to 8 exchange the sides.
func turn(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	to := func(x, y int) (int, int) { return x, y }
	switch orientation {
	case 2:
		to = func(x, y int) (int, int) { return w - 1 - x, y }
	case 3:
		to = func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }
	case 4:
		to = func(x, y int) (int, int) { return x, h - 1 - y }
	case 5:
		to = func(x, y int) (int, int) { return y, x }
	case 6:
		to = func(x, y int) (int, int) { return h - 1 - y, x }
	case 7:
		to = func(x, y int) (int, int) { return h - 1 - y, w - 1 - x }
	case 8:
		to = func(x, y int) (int, int) { return y, w - 1 - x }
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := to(x, y)
			copy(dst.Pix[dst.PixOffset(tx, ty):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}
