package form

// Validate cleans the declared values of a submission and says what is wrong with them, in the order of the fields,
// the consent last. Only right values are returned. A field whose show_when does not hold is dropped, right or wrong.
func (f *Form) Validate(s Submission) (Values, []Problem) {
	return f.validate(s, false)
}

// ValidateOther is Validate for a submission from a page that was built with another schema. What that page may not
// have shown is not asked for: absent fields and an absent consent are not required, and a choice that is not offered
// any more is kept as text.
func (f *Form) ValidateOther(s Submission) (Values, []Problem) {
	return f.validate(s, true)
}

func (f *Form) validate(s Submission, lenient bool) (Values, []Problem) {
	values, problems := Values{}, []Problem(nil)
	about := s.Meta.About(f.Lang)
	for i := range f.Fields {
		field := &f.Fields[i]
		posted, present := s.Posted[field.Name]
		if lenient && !present || field.ShowWhen != nil && !field.ShowWhen.Holds(values, about) {
			continue
		}
		v, given, p := field.accept(posted, lenient)
		switch {
		case p != nil:
			problems = append(problems, field.located(*p))
		case given:
			values[field.Name] = v
		case field.Required:
			problems = append(problems, field.located(Problem{Code: "required"}))
		}
	}
	if f.Consent != nil && f.Consent.Required && !s.Consent && !lenient {
		problems = append(problems, Problem{Field: ConsentName, Code: "consent", Args: map[string]string{}})
	}
	return values, problems
}

// located completes a problem with the field it is about.
func (f *Field) located(p Problem) Problem {
	args := map[string]string{"label": f.Label}
	for name, arg := range p.Args {
		args[name] = arg
	}
	return Problem{Field: f.Name, Code: p.Code, Args: args}
}

// accept cleans what was posted for one field. given is false when it was left empty.
func (f *Field) accept(posted []string, lenient bool) (v Value, given bool, p *Problem) {
	if f.Type == Checkboxes {
		return f.acceptList(posted, lenient)
	}
	if len(posted) == 0 {
		return Value{}, false, nil
	}
	if len(posted) > 1 {
		return Value{}, false, problem("repeated")
	}
	text, p := f.acceptText(posted[0], lenient)
	return Value{Text: text}, text != "", p
}

// acceptText cleans one scalar value; "" is an empty one.
func (f *Field) acceptText(s string, lenient bool) (string, *Problem) {
	if f.Type == Text || f.Type == Textarea {
		s = f.cleanText(s)
	} else if hasOddCharacters(s) {
		return "", problem("characters")
	} else {
		s = trimmed(s)
	}
	if s == "" {
		return "", nil
	}
	if p := f.checkLength(s); p != nil {
		return "", p
	}
	return f.checkType(s, lenient)
}

// checkType is what a type asks of a value that is not empty. It returns the value as it is kept.
func (f *Field) checkType(s string, lenient bool) (string, *Problem) {
	switch f.Type {
	case Email:
		return checkEmail(s)
	case Tel:
		return s, first(checkTel(s), f.checkPattern(s))
	case URL:
		return s, first(checkURL(s), f.checkPattern(s))
	case Number:
		return s, f.checkNumber(s)
	case Date:
		return s, f.checkDate(s)
	case Select, Radio:
		return s, f.checkOption(s, lenient)
	case Checkbox:
		return f.checkTick(s, lenient)
	}
	return s, f.checkPattern(s)
}

// acceptList takes the ticked ones of several checkboxes, in the order they are declared, each once.
func (f *Field) acceptList(posted []string, lenient bool) (Value, bool, *Problem) {
	ticked := map[string]bool{}
	var others []string
	for _, s := range posted {
		if hasOddCharacters(s) {
			return Value{}, false, problem("characters")
		}
		s = trimmed(s)
		if p := f.checkLength(s); p != nil {
			return Value{}, false, p
		}
		if p := f.checkOption(s, lenient); s != "" && p != nil {
			return Value{}, false, p
		}
		if s != "" && !ticked[s] && f.option(s) == nil {
			others = append(others, s)
		}
		ticked[s] = true
	}
	list := []string{}
	for _, o := range f.Options {
		if ticked[o.Value] {
			list = append(list, o.Value)
		}
	}
	list = append(list, others...)
	return Value{List: list}, len(list) > 0, nil
}

func problem(code string, args ...string) *Problem {
	p := &Problem{Code: code, Args: map[string]string{}}
	for i := 0; i+1 < len(args); i += 2 {
		p.Args[args[i]] = args[i+1]
	}
	return p
}

func first(problems ...*Problem) *Problem {
	for _, p := range problems {
		if p != nil {
			return p
		}
	}
	return nil
}
